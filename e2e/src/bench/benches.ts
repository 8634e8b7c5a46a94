// The measurements themselves. Windows of product and reference alternate, so that a machine whose speed drifts treats
// both alike; medians are quoted.
import { kernelCaptureBlocked } from '../wire/capture/kernel-capture.ts';
import { fleetTiming } from './fleet-timing.ts';
import { LoadProcess, type LoadWindow } from './load-process.ts';
import { type Bench, type BenchResult, limitResult, median, ratioResult, type Scale } from './result.ts';
import { type BenchSite, type FrameLoad, type ServerKind, startServer } from './servers.ts';
import { type Arrivals, captureArrivals } from './wire-arrivals.ts';

const ROUNDS = 3;
/** Time for handshakes, tickets and garbage of connecting to pass before a window, ms. */
const SETTLE_MS = 3000;

/** How long the server of `cover` is held, so that frames wait for it, ms. */
const HELD_MS = 60;
/** Frames of each tunnel that come at once: fewer than the network may have held back by SPEC.md section 8.1, a minute's. */
const HELD_FRAMES = 2500;
/** Share of the frames that a window must have for its figures to count. */
const ENOUGH = 0.95;

interface Measured {
  /** CPU time of the server per frame it wrote or read, µs. */
  readonly microsPerFrame: number;
  /** Memory per connection, KiB. */
  readonly kibPerConnection: number;
  /** Share of the server's core. */
  readonly core: number;
  /** Further handshakes per second that were done. */
  readonly handshakes: number;
  /** What the wire showed, if asked. */
  readonly arrivals: Arrivals | undefined;
}

async function measure(
  kind: ServerKind,
  site: BenchSite,
  load: FrameLoad,
  options: { readonly seconds: number; readonly churn?: number; readonly wire?: boolean },
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
    const capture = options.wire === true ? await captureArrivals(server.port, site.directory) : undefined;
    const cpuBefore = server.process.cpuSeconds();
    const window = await client.window(options.seconds * 1000);
    const cpu = server.process.cpuSeconds() - cpuBefore;
    const arrivals = await capture?.read(load);
    checkLoad(window, load, options.seconds);
    return {
      microsPerFrame: (cpu * 1e6) / (window.in + window.out),
      kibPerConnection,
      core: cpu / options.seconds,
      handshakes: window.handshakes / options.seconds,
      arrivals,
    };
  } finally {
    await client?.stop();
    await server.process.stop();
  }
}

/** A figure of fewer frames than were asked for would be that of another load. @throws Error */
function checkLoad(window: LoadWindow, { connections, intervalMs }: FrameLoad, seconds: number): void {
  const expected = (connections * seconds * 1000) / intervalMs;
  for (const [what, frames] of Object.entries({ received: window.in, sent: window.out })) {
    if (frames < expected * ENOUGH)
      throw new Error(`${frames} frames ${what} of ${expected}: the machine does not carry this load`);
  }
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
    const load = { connections: scale.connections ?? 4000, intervalMs: 250, size: 512 };
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
    needs: kernelCaptureBlocked,
    about: `lateness on the wire, ${connections} tunnels with a frame every ${intervalMs} ms each way, 50 handshakes/s arriving`,
    run: async (site, scale: Scale): Promise<BenchResult[]> => {
      const load = { connections: scale.connections ?? connections, intervalMs, size };
      const options = { seconds: scale.seconds ?? 20, churn: 50, wire: true };
      const product = await measure('sidecar', site, load, options);
      const bare = await measure('bare', site, load, options);
      if (product.arrivals === undefined || bare.arrivals === undefined) throw new Error('no capture');
      const [p50, p99, p999] = product.arrivals.lateness as [number, number, number];
      const [bare50, bare99, bare999] = bare.arrivals.lateness as [number, number, number];
      const { skipped, frames: seen } = product.arrivals;
      return [
        ratioResult(`${name}-p50`, 'ms', p50, bare50),
        limitResult(`${name}-p99`, 'ms', p99, { atMost: 2 }, bare99),
        limitResult(`${name}-p99.9`, 'ms', p999, { atMost: 10 }, bare999),
        limitResult(`${name}-skipped`, '', skipped / seen, { atMost: 1e-4 }),
        ratioResult(`${name}-core`, '', product.core, bare.core),
        ratioResult(`${name}-handshakes`, '/s', product.handshakes, bare.handshakes),
      ];
    },
  };
}

const cover: Bench = {
  name: 'cover',
  about: 'cover frames of 1,000 bytes read and dropped per second of the sidecar’s CPU, and of a bare Node loop',
  run: async (site, scale) => {
    const load = { connections: scale.connections ?? 400, intervalMs: 20, answersMs: 10_000, size: 1000 };
    const rates = new Map<ServerKind, number>();
    for (const kind of ['sidecar', 'bare'] as const) {
      const server = await startServer(kind, site, load);
      let client: LoadProcess | undefined;
      try {
        const { ca, key, fleet } = site;
        const plain = kind === 'bare';
        client = await LoadProcess.start({ kind: 'flood', port: server.port, ca, key, fleet, plain, ...load });
        await sleep(1000);
        const cpuBefore = server.process.cpuSeconds();
        // One sender does not keep a core busy that drops: what it sends in HELD_MS is read at once, as under overload.
        let over = false;
        const held = (async () => {
          while (!over) {
            await server.process.hold(HELD_MS);
            await sleep(HELD_MS / 2);
          }
        })();
        const { out } = await client.burst(HELD_FRAMES);
        over = true;
        await held;
        await server.process.settled();
        rates.set(kind, out / (server.process.cpuSeconds() - cpuBefore) / 1e6);
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
  fleetTiming,
];

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
