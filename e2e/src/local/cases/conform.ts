// The e2e case `conform`: `quietwire conform --listen` finds nothing wrong with the agent, and finds each of the devices that
// break one MUST.
import { connect, type Socket } from 'node:net';
import { type Case, type CaseOutcome, Faults } from '../../harness/cases.ts';
import type { Child } from '../../harness/child.ts';
import { findFreePorts } from '../../harness/free-port.ts';
import { type BrokenDevice, brokenDevices } from '../conform/broken-devices.ts';
import { programs } from '../rig/stack.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

const usualBackoffMs = { min: 50, max: 100 };
const readyMs = 20_000;
const wholeMs = 240_000;
const brokenAtOnce = 3;
/** The machine may be busy; a schedule that is not kept is off by more. */
const toleranceMs = 40;

export const conformCase: Case = {
  name: 'conform',
  about: 'the conformance tool on the agent, and on devices that break one MUST each',
  waits: true,
  run: () => withWorkplace('conform', runConform),
};

async function runConform(place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const figures = { ok: 0, not_observable: 0, broken_found: 0 };
  const whole = async () => {
    const { status, lines } = await judge(place, 'agent');
    const failed = lines.filter((line) => line.startsWith('not ok'));
    faults.expect(status === 0 && failed.length === 0, `the agent: status ${status}\n${failed.join('\n')}`);
    figures.ok = lines.filter((line) => line.startsWith('ok ')).length;
    figures.not_observable = lines.length - figures.ok - failed.length;
    // Those that no cloud can see; max_frame, which the agent does not bound; the pace of OPENs, of which one comes.
    faults.expect(figures.not_observable <= 8, `not observed: ${lines.filter((l) => l.startsWith('--')).join('\n')}`);
  };
  const waiting = brokenDevices[Symbol.iterator]();
  const broken = async () => {
    for (const device of waiting) {
      const { status, lines } = await judge(place, device.name, device);
      const found = lines.some((line) => line.startsWith(device.line));
      faults.expect(
        status === 1 && found,
        `${device.name}: status ${status}, no line "${device.line}"\n${lines.join('\n')}`,
      );
      figures.broken_found += found ? 1 : 0;
    }
  };
  await Promise.all([whole(), ...Array.from({ length: brokenAtOnce }, broken)]);
  return faults.outcome(figures);
}

/** Runs the tool and a device to the tool's end. */
async function judge(
  place: Workplace,
  name: string,
  broken?: BrokenDevice,
): Promise<{ status: number; lines: string[] }> {
  const [admin = 0, local = 0] = await findFreePorts(2);
  const keys = place.path(`keys-${name}`);
  const backoffMs = broken?.backoffMs ?? usualBackoffMs;
  const lines: string[] = [];
  const tool = place.start({
    name: `conform ${name}`,
    file: programs.quietwire,
    args: [
      ...['conform', '--listen', '127.0.0.1:0', '--keys', keys, '--profile', 'full'],
      ...['--backoff-min', String(backoffMs.min), '--backoff-max', String(backoffMs.max)],
      ...['--tolerance', String(toleranceMs), ...(broken?.scenarios ?? []).flatMap((only) => ['--only', only])],
    ],
    onLine: (line) => lines.push(line),
  });
  const [, port] = await tool.waitFor(/listening on 127\.0\.0\.1:(\d+)/, readyMs);
  const sets = [
    `admin.address=127.0.0.1:${admin}`,
    `backoff.min=${backoffMs.min}ms`,
    `backoff.max=${backoffMs.max}ms`,
  ].flatMap((text) => ['--set', text]);
  const { name: _, ...fault } = broken ?? { name };
  const plant = new URL('../conform/plant-fault.ts', import.meta.url).href;
  const device = place.start({
    name: `device ${name}`,
    file: programs.agent,
    args: [
      ...['run', '--server', `127.0.0.1:${port}`, '--ca', `${keys}/ca.pem`, '--fleet', 'conform'],
      ...['--device', 'device-1', '--key', `${keys}/device.key`, '--forward', `test=127.0.0.1:${local}`, ...sets],
    ],
    ...(broken && { environment: { NODE_OPTIONS: `--import=${plant}`, BROKEN_DEVICE: JSON.stringify(fault) } }),
  });
  const program = broken?.isQuiet ? undefined : new StreamProgram(local);
  place.onClose(() => program?.stop());
  const status = await Promise.race([tool.exitsWithin(wholeMs), stale(device)]);
  program?.stop();
  device.kill();
  return { status, lines };
}

/** A device whose fault could not be planted ends at once; one that ends otherwise is the tool's matter. */
async function stale(device: Child): Promise<number> {
  const status = await device.exited;
  if (device.lastWords.includes('FAULT_STALE')) throw new Error(device.lastWords);
  return status === 70 ? 70 : new Promise(() => {});
}

/** The program on the device: a connection whenever the port is open, 8,000 bytes, and reading. */
class StreamProgram {
  readonly #port: number;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(port: number) {
    this.#port = port;
    this.#connect();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect({ host: '127.0.0.1', port: this.#port });
    this.#socket = socket;
    socket.on('connect', () => socket.write(Buffer.alloc(8000, 'a')));
    socket.on('data', () => {});
    socket.on('error', () => {});
    socket.on('close', () => {
      if (!this.#isStopped) this.#timer = setTimeout(() => this.#connect(), 100);
    });
  }
}
