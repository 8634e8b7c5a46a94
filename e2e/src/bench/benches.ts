// The measurements themselves. Windows of product and reference alternate, so that a machine whose speed drifts treats
// both alike; medians are quoted.
import { LoadProcess, type LoadWindow } from './load-process.ts';
import { type Bench, type BenchResult, limitResult, median, ratioResult, type Scale } from './result.ts';
import { type BenchSite, type FrameLoad, type ServerKind, type StartedServer, startServer } from './servers.ts';

const ROUNDS = 3;
/** Time for handshakes, tickets and garbage of connecting to pass before a window, ms. */
const SETTLE_MS = 3000;

interface Measured {
  /** CPU time of the server per frame it wrote or read, µs. */
  readonly microsPerFrame: number;
  /** Memory per connection, KiB. */
  readonly kibPerConnection: number;
  /** Lateness of arrivals at the client, ms: p50, p99, p99.9. */
  readonly lateness: readonly number[];
  /** Share of the server's core. */
  readonly core: number;
  readonly skipped: number;
}

async function measure(
  kind: ServerKind,
  site: BenchSite,
  load: FrameLoad,
  options: { readonly seconds: number; readonly churn?: number },
): Promise<Measured> {
  const server = await startServer(kind, site, load);
  let client: LoadProcess | undefined;
  try {
    await sleep(1000);
    const before = server.process.residentBytes();
    client = await LoadProcess.start({
      kind: kind === 'sidecar' ? 'tunnel' : 'plain',
      port: server.port,
      ca: site.ca,
      key: site.key,
      fleet: site.fleet,
      ...(server.upstreamPort === undefined ? {} : { upstreamPort: server.upstreamPort }),
      ...load,
    });
    await sleep(SETTLE_MS);
    const kibPerConnection = (server.process.residentBytes() - before) / 1024 / load.connections;
    if (options.churn !== undefined) await client.churn(options.churn);
    const skippedBefore = await skippedSlots(server);
    const cpuBefore = server.process.cpuSeconds();
    const window = await client.window(options.seconds * 1000);
    const cpu = server.process.cpuSeconds() - cpuBefore;
    return {
      microsPerFrame: (cpu * 1e6) / (window.in + window.out),
      kibPerConnection,
      lateness: window.lateness,
      core: cpu / options.seconds,
      skipped: ((await skippedSlots(server)) - skippedBefore) / Math.max(1, window.in),
    };
  } finally {
    await client?.stop();
    await server.process.stop();
  }
}

/** Slots that the sidecar has skipped, from its own metrics; 0 for the references. */
async function skippedSlots({ adminPort }: StartedServer): Promise<number> {
  if (adminPort === undefined) return 0;
  const text = await (await fetch(`http://127.0.0.1:${adminPort}/metrics`)).text();
  return [...text.matchAll(/^quietwire_slot_count_total\{[^}]*outcome="skipped"[^}]*\} ([0-9.e+]+)/gm)].reduce(
    (sum, match) => sum + Number(match[1]),
    0,
  );
}

async function alternate(
  kinds: readonly ServerKind[],
  site: BenchSite,
  load: FrameLoad,
  seconds: number,
): Promise<Map<ServerKind, Measured[]>> {
  const measured = new Map<ServerKind, Measured[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const kind of kinds) measured.get(kind)?.push(await measure(kind, site, load, { seconds }));
  }
  return measured;
}

const of = (measured: Map<ServerKind, Measured[]>, kind: ServerKind, pick: (value: Measured) => number): number =>
  median((measured.get(kind) ?? []).map(pick));

const frames: Bench = {
  name: 'frames',
  about: 'CPU per 512-byte frame, both ways, and memory per tunnel, against nginx and a bare Node loop',
  run: async (site, scale) => {
    const load = { connections: scale.connections ?? 2000, intervalMs: 250, size: 512 };
    const measured = await alternate(['sidecar', 'nginx', 'bare'], site, load, scale.seconds ?? 8);
    const cpu = (kind: ServerKind): number => of(measured, kind, ({ microsPerFrame }) => microsPerFrame);
    const memory = (kind: ServerKind): number => of(measured, kind, ({ kibPerConnection }) => kibPerConnection);
    return [
      ratioResult('cpu-per-frame-nginx', 'us', cpu('sidecar'), cpu('nginx'), 1),
      ratioResult('cpu-per-frame-bare', 'us', cpu('sidecar'), cpu('bare')),
      ratioResult('memory-per-tunnel-nginx', 'KiB', memory('sidecar'), memory('nginx'), 1.25),
      ratioResult('memory-per-tunnel-bare', 'KiB', memory('sidecar'), memory('bare')),
    ];
  },
};

function latenessBench(name: string, connections: number, intervalMs: number, size: number): Bench {
  return {
    name,
    about: `lateness on arrival, ${connections} tunnels with a frame every ${intervalMs} ms each way, 50 handshakes/s arriving`,
    run: async (site, scale: Scale): Promise<BenchResult[]> => {
      const load = { connections: scale.connections ?? connections, intervalMs, size };
      const options = { seconds: scale.seconds ?? 20, churn: 50 };
      const product = await measure('sidecar', site, load, options);
      const bare = await measure('bare', site, load, options);
      const [p50, p99, p999] = product.lateness as [number, number, number];
      const [bare50, bare99, bare999] = bare.lateness as [number, number, number];
      return [
        ratioResult(`${name}-p50`, 'ms', p50, bare50),
        limitResult(`${name}-p99`, 'ms', p99, { atMost: 2 }, bare99),
        limitResult(`${name}-p99.9`, 'ms', p999, { atMost: 10 }, bare999),
        limitResult(`${name}-skipped`, '', product.skipped, { atMost: 1e-4 }),
        ratioResult(`${name}-core`, '', product.core, bare.core),
      ];
    },
  };
}

const cover: Bench = {
  name: 'cover',
  about: 'cover frames of 1,000 bytes read and dropped per second of the sidecar’s CPU, and of a bare Node loop',
  run: async (site, scale) => {
    const rates = new Map<ServerKind, number>();
    for (const kind of ['sidecar', 'bare'] as const) {
      const server = await startServer(kind, site, { connections: 4, intervalMs: 10_000, size: 1000 });
      let client: LoadProcess | undefined;
      try {
        client = await LoadProcess.start({
          kind: 'flood',
          port: server.port,
          ca: site.ca,
          key: site.key,
          fleet: site.fleet,
          connections: 4,
          intervalMs: 10_000,
          size: 1000,
          plain: kind === 'bare',
        });
        await sleep(1000);
        const cpuBefore = server.process.cpuSeconds();
        const window: LoadWindow = await client.window((scale.seconds ?? 8) * 1000);
        rates.set(kind, window.out / (server.process.cpuSeconds() - cpuBefore) / 1e6);
      } finally {
        await client?.stop();
        await server.process.stop();
      }
    }
    const [value, reference] = [rates.get('sidecar') ?? 0, rates.get('bare') ?? 0];
    return [limitResult('cover-dropped', 'M/s', value, { atLeast: 0.5 }, reference)];
  },
};

export const benches: readonly Bench[] = [
  frames,
  latenessBench('lateness-1000', 1000, 200, 512),
  latenessBench('lateness-10000', 10_000, 2000, 128),
  cover,
];

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
