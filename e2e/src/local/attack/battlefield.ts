// The stage of the case `attack`: a sidecar as users run it, victims seen by the tap, attackers and honest newcomers in processes
// of their own. Plays one attack and tells what it did to the others.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { deriveDeviceKey } from '@quietwire/proto';
import { ChildProgram, type Json } from '../../harness/child-program.ts';
import { waitUntil } from '../../harness/wait.ts';
import { machineNowMs } from '../../replay/replay-end.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { Stack } from '../rig/stack.ts';
import { startEcho } from '../rig/tcp-service.ts';
import type { Workplace } from '../rig/workplace.ts';
import { type Attack, balancerAddress, type Newcomers, type Target } from './attack.ts';
import { LivezProbe } from './livez-probe.ts';
import { StarvationWatch } from './starvation-watch.ts';
import { harmOf, type VictimHarm, type VictimPlan } from './victim-frames.ts';

const fleet = 'attacked';
const FRAME_BYTES = 1024;
const victims: VictimPlan = { count: 8, slotMs: 50, recordBytes: FRAME_BYTES };
/** Of each row: a device that was caught once is refused for a while. */
const ATTACKER_KEYS = 12;
/** A newcomer has so long to its tunnel: `limits.handshakeTimeout`. */
const HANDSHAKE_MS = 5000;
/** Newcomers begin to come when the attack has gone on for this long. */
const HEAD_START_MS = 1500;
/** The tap's output is up to 0.2 s behind. */
const SETTLE_MS = 300;
const BACK_MS = 20_000;

export interface Harm {
  readonly victims: VictimHarm;
  readonly livezMs: number;
  /** How long the machine did not run the sidecar's thread or the victims', whichever stood longer, though it was ready to. */
  readonly starvedMs: number;
  /** How long each newcomer took to its tunnel, ms; −1 if it got none in time. */
  readonly newcomersMs: readonly number[];
  /** What the attackers did. */
  readonly effort: {
    readonly connections: number;
    readonly opened: number;
    readonly dropped: number;
    readonly bytes: number;
  };
  readonly failures: readonly string[];
}

export class Battlefield {
  readonly stack: Stack;
  readonly #ca: string;
  readonly #groupKey: Buffer;
  readonly #attackers: ChildProgram;
  readonly #honest: ChildProgram;
  #balancerPort = 0;
  #row = 0;

  static async start(place: Workplace): Promise<Battlefield> {
    const echo = await startEcho(place);
    const interval = { interval: { constant: `${victims.slotMs}ms` } };
    const services = [{ name: 'echo', port: echo.port }];
    const spec = { frameSize: FRAME_BYTES, upstream: interval, downstream: interval };
    const stack = await Stack.start(place, {
      policies: [renderSamplePolicy({ fleet, mode: 'ILP', services, spec })],
      sets: [`listen.proxyProtocol.trusted=${balancerAddress}/32`],
    });
    const ca = await readFile(stack.caFile, 'utf8');
    const groupKey = Buffer.from(await readFile(join(stack.keysDir, `${fleet}.primary`), 'utf8'), 'base64');
    const field = new Battlefield(place, stack, ca, groupKey);
    const balancer = await field.#honest.request({ do: 'balancer', port: stack.ports.sidecar });
    field.#balancerPort = Number(balancer.port);
    const names = Array.from({ length: victims.count }, (_, number) => `victim-${number}`);
    await field.#honest.request({ do: 'victims', ...field.#devices(stack.tapPort, names) });
    return field;
  }

  private constructor(place: Workplace, stack: Stack, ca: string, groupKey: Buffer) {
    this.stack = stack;
    this.#ca = ca;
    this.#groupKey = groupKey;
    this.#attackers = new ChildProgram({ name: 'attackers', file: new URL('attacker-process.ts', import.meta.url) });
    this.#honest = new ChildProgram({ name: 'honest devices', file: new URL('honest-process.ts', import.meta.url) });
    place.onClose(async () => {
      await Promise.all([this.#attackers.stop(), this.#honest.stop()]);
    });
  }

  /** @param attack undefined: the same run without one. */
  async play(attack: Attack | undefined, lengthMs: number): Promise<Harm> {
    this.#row += 1;
    await this.#untilAllStand();
    if (attack !== undefined) {
      await this.#attackers.request({ do: 'arm', name: attack.name, target: this.#target() as unknown as Json });
    }
    const newcomers = this.#newcomers(attack?.newcomers);
    const fromMs = machineNowMs();
    const watches = [this.stack.sidecar.pid, this.#honest.pid].map((pid) => new StarvationWatch(pid));
    const probe = new LivezProbe(this.stack.ports.admin);
    if (attack !== undefined) await this.#attackers.request({ do: 'fire' });
    const [newcomersMs] = await Promise.all([newcomers(), delay(lengthMs)]);
    // Whole slots only.
    const slots = Math.floor((machineNowMs() - fromMs) / victims.slotMs);
    const { slowestMs } = probe.stop();
    const starvedMs = Math.max(...watches.map((watch) => watch.stop()));
    const effort = attack === undefined ? noEffort : await this.#attackers.request({ do: 'stop' });
    await delay(SETTLE_MS);
    return {
      victims: harmOf(this.stack.records, victims, { fromMs, lengthMs: slots * victims.slotMs }),
      livezMs: slowestMs,
      starvedMs,
      newcomersMs,
      effort: effort as unknown as Harm['effort'],
      failures: effort.failures as unknown as readonly string[],
    };
  }

  /** Each attack finds all victims; their tunnels come back by themselves. */
  #untilAllStand(): Promise<true> {
    return waitUntil('all victims stand', BACK_MS, async () => {
      const { count } = await this.#honest.request({ do: 'standing' });
      return count === victims.count ? true : undefined;
    });
  }

  #target(): Target {
    const { sidecar, admin } = this.stack.ports;
    const names = Array.from({ length: ATTACKER_KEYS }, (_, number) => `attacker-${this.#row}-${number}`);
    const { devices } = this.#devices(sidecar, names);
    return { port: sidecar, adminPort: admin, ca: this.#ca, fleet, frameSize: FRAME_BYTES, devices };
  }

  #newcomers(newcomers: Newcomers | undefined): () => Promise<readonly number[]> {
    if (newcomers === undefined) return async () => [];
    const port = newcomers.behindBalancer ? this.#balancerPort : this.stack.ports.sidecar;
    const names = Array.from({ length: newcomers.count }, (_, number) => `newcomer-${number}`);
    const devices = this.#devices(port, names);
    return async () => {
      await delay(HEAD_START_MS);
      const { tookMs } = await this.#honest.request({ do: 'newcomers', ...devices, deadlineMs: HANDSHAKE_MS });
      return tookMs as unknown as readonly number[];
    };
  }

  #devices(port: number, names: readonly string[]) {
    const devices = names.map((device) => ({
      device,
      key: Buffer.from(deriveDeviceKey(this.#groupKey, device)).toString('base64'),
    }));
    return { port, ca: this.#ca, fleet, devices };
  }
}

const noEffort = { connections: 0, opened: 0, dropped: 0, bytes: 0, failures: [] } as const;
