// The rig of the indistinct case: real sidecar, real device library in a driver, many tunnels with periods as short as the
// bounds allow, and an observer of records and times. Knows nothing of who attacks what it returns.
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDevelopmentCertificate, createFleetKeys } from '@quietwire/planner';
import { deriveDeviceKey } from '@quietwire/proto';
import { seededRandom } from '@quietwire/shaping';
import { Child } from '../harness/child.ts';
import { findFreePorts } from '../harness/free-port.ts';
import { startCapture } from '../wire/capture/observer.ts';
import { type ConnectionCapture, contentType, merged } from '../wire/capture/wire-record.ts';
import { learnDurations } from './activities.ts';
import type { DriverArguments } from './driver.ts';
import type { ActivityEvent } from './labels.ts';
import type { ObservedRecord } from './runs.ts';

export const TUNNELS = 80;
export const law = { periodMs: 400, leadMs: 100, holdMs: 220, longestRun: 16 };
export const SLOT_MS = 20;
export const REST_MS = 100;
const FRAME = 512;
const BACKGROUND = { intervalMs: 500, frameSize: 128 };
/** Bytes that TLS 1.3 adds to a record's content. */
const TLS_OVERHEAD = 17;
/** Lengths of records in and outside periods. */
export const RECORD_LENGTHS = { period: FRAME + TLS_OVERHEAD, background: BACKGROUND.frameSize + TLS_OVERHEAD };
/** Real activities per second and tunnel; cover comes as often. */
const RATE = 0.3;
const DEVICE_SHARE = 0.5;

export interface Observation {
  readonly seconds: number;
  /** Of the activities: another one each time, or chance would favour the same side again and again. */
  readonly seed: string;
  readonly source: 'tap' | 'kernel';
  readonly records: readonly ObservedRecord[];
  readonly events: readonly ActivityEvent[];
}

/** Runs the rig and returns what the observer saw, and the truth. */
export async function observe(seconds: number): Promise<Observation> {
  const seed = randomBytes(6).toString('hex');
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
      seed,
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
    return { seconds, seed, source: capture.source, records, events };
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
