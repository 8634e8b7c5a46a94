// The case `indistinct`: can an attacker tell runs that an activity caused from runs that cover caused? Real sidecar, real
// device library, many tunnels with periods as short as the bounds allow; the observer sees records and times on the wire.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDevelopmentCertificate, createFleetKeys } from '@quietwire/planner';
import { deriveDeviceKey } from '@quietwire/proto';
import { seededRandom } from '@quietwire/shaping';
import type { Case, CaseContext, CaseOutcome } from '../harness/cases.ts';
import { Child } from '../harness/child.ts';
import { findFreePorts } from '../harness/free-port.ts';
import { startCapture } from '../wire/capture/observer.ts';
import { type ConnectionCapture, contentType, merged } from '../wire/capture/wire-record.ts';
import { learnDurations } from './activities.ts';
import type { DriverArguments } from './driver.ts';
import { featureNames, featuresOf } from './features.ts';
import { type ActivityEvent, causedByActivity } from './labels.ts';
import { type ObservedRecord, type ObservedRun, observeRuns } from './runs.ts';

const TUNNELS = 80;
const law = { periodMs: 400, leadMs: 100, holdMs: 220, longestRun: 16 };
const SLOT_MS = 20;
const REST_MS = 100;
const FRAME = 512;
const BACKGROUND = { intervalMs: 500, frameSize: 128 };
/** Bytes that TLS 1.3 adds to a record's content. */
const TLS_OVERHEAD = 17;
/** Real activities per second and tunnel; cover comes as often. */
const RATE = 0.3;
/** Runs of each cause per second and tunnel that come of it, about. */
const RUNS_PER_SECOND = 0.15;
const DEVICE_SHARE = 0.5;
/** Runs of a connection that are left out: the unconditional first ones. */
const SETTLING_RUNS = 2;

/** Upper end of the 95 % interval that is allowed, by the number of runs of each cause (issue: fewer cannot show it). */
const LIMITS = { short: { runs: 1500, limit: 0.55 }, long: { runs: 6000, limit: 0.53 } };
const PLANTED_LEAST = 0.6;

interface Attack {
  readonly real: number;
  readonly cover: number;
  readonly leading: readonly (readonly [string, number])[];
  readonly attackers: Record<string, { accuracy: number; low: number; high: number }>;
}

export const indistinctCase: Case = {
  name: 'indistinct',
  about: 'classifiers on run length, initiator, lags, offsets, gaps and neighbours: real against virtual causes',
  blocked: sklearnMissing,
  run: runIndistinct,
};

async function runIndistinct(context: CaseContext): Promise<CaseOutcome> {
  const wanted = context.number('periods') ?? LIMITS.short.runs;
  const limit = wanted >= LIMITS.long.runs ? LIMITS.long.limit : LIMITS.short.limit;
  const seconds = Math.ceil((1.15 * wanted) / (TUNNELS * RUNS_PER_SECOND));
  const { records, events } = await observe(seconds, context);
  const rows = rowsOf(records, events);
  const attack = await classify(rows);
  const planted = await classify(rows.map(plantSlowFollower));
  const figures: Record<string, number | string> = { real: attack.real, cover: attack.cover };
  let worst = 0;
  for (const [name, { accuracy, low, high }] of Object.entries(attack.attackers)) {
    worst = Math.max(worst, high);
    figures[name] = `${accuracy.toFixed(3)}(${low.toFixed(3)}…${high.toFixed(3)})`;
  }
  const found = Math.max(...Object.values(planted.attackers).map(({ accuracy }) => accuracy));
  figures.planted = found;
  context.print(
    `features that the forest used most: ${attack.leading.map(([name, share]) => `${name} ${share}`).join(', ')}`,
  );
  const faults = [];
  if (Math.min(attack.real, attack.cover) < wanted)
    faults.push(`${attack.real} + ${attack.cover} runs, wanted ${wanted} of each`);
  if (worst > limit) faults.push(`an attacker may reach ${worst.toFixed(3)}, allowed ${limit}`);
  if (found < PLANTED_LEAST) faults.push(`the planted leak gave ${found.toFixed(3)} only: the attackers are blind`);
  return { pass: faults.length === 0, figures, faults };
}

interface Row {
  readonly fold: 0 | 1;
  readonly real: boolean;
  readonly features: readonly number[];
}

/** Every run with a neighbour on each side, as a row; tunnels are split into two halves. */
function rowsOf(records: readonly ObservedRecord[], events: readonly ActivityEvent[]): Row[] {
  const rows: Row[] = [];
  for (let connection = 0; connection < TUNNELS; connection += 1) {
    const runs = observeRuns(
      records.filter((record) => record.connection === connection),
      {
        periodLength: FRAME + TLS_OVERHEAD,
        backgroundLength: BACKGROUND.frameSize + TLS_OVERHEAD,
        silenceMs: SLOT_MS + REST_MS / 2,
      },
    );
    const own = events.filter((event) => event.connection === connection);
    for (let i = SETTLING_RUNS; i + 1 < runs.length; i += 1) {
      const [before, run, after] = runs.slice(i - 1, i + 2) as [ObservedRun, ObservedRun, ObservedRun];
      const real = causedByActivity(before, run, own, {
        slotMs: SLOT_MS,
        leadMs: law.leadMs,
        restMs: REST_MS,
        reactionMs: 25,
      });
      rows.push({
        fold: connection % 2 === 0 ? 0 : 1,
        real,
        features: featuresOf(before, run, after, { slotMs: SLOT_MS }),
      });
    }
  }
  return rows;
}

/** The planted leak: the follower answers cover 2 ms later. */
function plantSlowFollower(row: Row): Row {
  const lag = featureNames.indexOf('lag_first_us');
  return row.real ? row : { ...row, features: row.features.map((value, i) => (i === lag ? value + 2000 : value)) };
}

/** Runs the rig and returns what the observer saw, and the truth. */
async function observe(
  seconds: number,
  context: CaseContext,
): Promise<{ records: ObservedRecord[]; events: ActivityEvent[] }> {
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-indistinct-'));
  const [sidecarPort, adminPort, servicePort] = (await findFreePorts(3)) as [number, number, number];
  const keys = createFleetKeys((size) => randomBytes(size));
  const certificate = await createDevelopmentCertificate({
    hosts: ['localhost'],
    notBefore: new Date(Date.now() - 60_000),
    days: 2,
  });
  const capture = await startCapture(sidecarPort, 'microseconds');
  let sidecar: Child | undefined;
  try {
    await Promise.all([
      writeFile(join(directory, 'cert.pem'), certificate.cert),
      writeFile(join(directory, 'key.pem'), certificate.key, { mode: 0o600 }),
      writeFile(join(directory, 'fleet.primary'), keys.primary, { mode: 0o600 }),
      writeFile(join(directory, 'policy.json'), JSON.stringify(policy(servicePort))),
      writeFile(
        join(directory, 'sidecar.json'),
        JSON.stringify({
          listen: { address: `127.0.0.1:${sidecarPort}` },
          admin: { address: `127.0.0.1:${adminPort}` },
          tls: { certFile: join(directory, 'cert.pem'), keyFile: join(directory, 'key.pem') },
          policy: { files: [join(directory, 'policy.json')] },
          keysDir: directory,
        }),
      ),
    ]);
    sidecar = new Child({
      name: 'sidecar',
      file: program('../../../sidecar/src/main.ts'),
      args: ['run', '--config', join(directory, 'sidecar.json')],
    });
    const group = Buffer.from(keys.primary, 'base64');
    const driverArguments: DriverArguments = {
      server: `127.0.0.1:${capture.port}`,
      ca: certificate.ca,
      fleet: 'fleet',
      keys: Array.from({ length: TUNNELS }, (_, i) =>
        Buffer.from(deriveDeviceKey(group, `device-${i}`)).toString('base64'),
      ),
      servicePort,
      service: 'any',
      rate: RATE,
      deviceShare: DEVICE_SHARE,
      seconds,
      seed: 'indistinct',
    };
    await waitForReady(adminPort);
    const events: ActivityEvent[] = [];
    const driver = new Child({
      name: 'driver',
      file: program('./driver.ts'),
      args: [JSON.stringify(driverArguments)],
      onLine: (line) => {
        if (!line.startsWith('{')) return;
        const { connection, end, atMs } = JSON.parse(line) as {
          connection: number;
          end: 'device' | 'cloud';
          atMs: number;
        };
        events.push({ connection, end, atMs });
      },
    });
    const status = await driver.exited;
    if (status !== 0)
      throw new Error(`the driver ended with ${status}: ${driver.lastWords}; sidecar: ${sidecar.lastWords}`);
    if (capture.faults.length > 0) throw new Error(capture.faults.join('; '));
    const records = capture.connections.flatMap((connection, index) => recordsOf(connection, index));
    context.print(`${records.length} records by ${capture.source}, ${events.length} activities in ${seconds} s`);
    return { records, events };
  } finally {
    await capture.close();
    await sidecar?.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Application records of one connection in order of time. Connections come in the order of the driver's devices. */
function recordsOf(connection: ConnectionCapture, index: number): ObservedRecord[] {
  return merged(connection)
    .filter(({ record }) => record.type === contentType.applicationData)
    .map(({ direction, record }) => ({ connection: index, direction, atMs: record.atMs, length: record.length }));
}

function policy(servicePort: number): object {
  const counts = (seed: string): number[] => learnDurations(300, SLOT_MS, law, seededRandom(seed));
  const ratePerMs = RATE / 1000;
  const probability = 1 - Math.exp(-ratePerMs * law.periodMs);
  // As much cover as activity: c0 = 1/2, and c by period-clock.md section 5.
  const confidence = 0.5 + 0.5 * probability;
  const slots = { interval: { constant: `${SLOT_MS}ms` } };
  return {
    apiVersion: 'quietwire.dev/v1alpha1',
    kind: 'ShapingPolicy',
    metadata: { name: 'indistinct', namespace: 'e2e' },
    spec: {
      fleet: 'fleet',
      workloadSelector: { matchLabels: { app: 'any' } },
      services: [{ name: 'any', port: servicePort, proxyProtocol: 'None' }],
      mode: 'STP',
      frameSize: FRAME,
      period: `${law.periodMs}ms`,
      upstream: slots,
      downstream: slots,
      background: { interval: { constant: `${BACKGROUND.intervalMs}ms` }, frameSize: BACKGROUND.frameSize },
      lead: `${law.leadMs}ms`,
      longestRun: law.longestRun,
      activity: { perDay: RATE * 86_400, quietBytes: 4, window: '1s', hold: `${law.holdMs}ms` },
      cover: {
        objective: { adversaryConfidence: confidence },
        deviceShare: DEVICE_SHARE,
        durations: { device: counts('device'), cloud: counts('cloud') },
      },
    },
  };
}

function program(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

async function waitForReady(adminPort: number): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      if ((await fetch(`http://127.0.0.1:${adminPort}/readyz`)).ok) return;
    } catch {
      // not up yet
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the sidecar was not ready within 20 s');
}

/** Debian's interpreter: the packages of e2e belong to it, not to another Python that may come first in PATH. */
const PYTHON = '/usr/bin/python3';

function runPython(args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (errors += data));
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve(output) : reject(new Error(`${PYTHON} ended with ${status}: ${errors.slice(-2000)}`)),
    );
    child.stdin.end(input);
  });
}

async function sklearnMissing(): Promise<string | undefined> {
  try {
    await runPython(['-c', 'import sklearn'], '');
    return undefined;
  } catch {
    return 'scikit-learn is missing: apt-get install python3-sklearn';
  }
}

async function classify(rows: readonly Row[]): Promise<Attack> {
  const lines = rows.map(({ fold, real, features }) => [fold, real ? 1 : 0, ...features].join(','));
  const input = `fold,real,${featureNames.join(',')}\n${lines.join('\n')}\n`;
  return JSON.parse(await runPython([program('./classify.py')], input)) as Attack;
}
