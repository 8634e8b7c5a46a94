// A conformance run: one scenario for each connection of the device under test, in order, with what lies between them.
import { createServer, type Server, type Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import { ProtoError, tlsCiphers } from '@quietwire/proto';
import { PlannerError } from '../errors.ts';
import type { ConformClock } from './clock.ts';
import { type BackoffLaw, DeviceWaits, provenMs, restAboveMs } from './device-waits.ts';
import type { FleetKeys } from './fleet-keys.ts';
import { ObservedConnection } from './observed-connection.ts';
import type { Scenario } from './scenario.ts';
import { NotReached, ScriptedCloud } from './scripted-cloud.ts';
import { Verdicts } from './verdicts.ts';

export interface ConformOptions {
  readonly host: string;
  readonly port: number;
  readonly keys: FleetKeys;
  readonly scenarios: readonly Scenario[];
  readonly backoff: BackoffLaw;
  readonly toleranceMs: number;
  readonly clock: ConformClock;
  readonly note: (line: string) => void;
}

/** Beyond the longest wait. */
const patienceMs = 15_000;
const tries = 2;

export class ConformRun {
  readonly verdicts = new Verdicts();
  readonly #options: ConformOptions;
  readonly #server: Server;
  readonly #waits: DeviceWaits;
  readonly #nonces = new Set<string>();
  #arrived: { socket: Socket; atMs: number }[] = [];
  #lastEndMs: number | undefined;
  #hasGone = false;
  #isStopped = false;

  constructor(options: ConformOptions) {
    this.#options = options;
    this.#waits = new DeviceWaits(options.backoff);
    this.#server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', () => {});
      this.#arrived.push({ socket, atMs: options.clock.nowMs() });
    });
  }

  /** @returns the port. @throws (rejects) PlannerError ADDRESS_UNAVAILABLE */
  listen(): Promise<number> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) =>
        reject(new PlannerError('ADDRESS_UNAVAILABLE', `${host}:${port}: ${cause.message}`, { cause })),
      );
      this.#server.listen(port, host, () => resolve((this.#server.address() as { port: number }).port));
    });
  }

  /** Runs all scenarios; ends early when the device does not come back, or after `stop`. */
  async run(): Promise<void> {
    const { scenarios, note, keys } = this.#options;
    for (const [at, scenario] of scenarios.entries()) {
      if (scenario.tls === 'other-name' && keys.otherName === undefined) {
        this.verdicts.unseen('other-name', 'the directory of keys has no other-cert.pem and other-key.pem');
        continue;
      }
      await this.#rest();
      const line = `${at + 1} of ${scenarios.length}  ${scenario.name}: ${scenario.about}`;
      for (let left = tries; left > 0 && !this.#hasGone && !this.#isStopped; left--) {
        if (await this.#runOne(scenario, line, left === 1)) break;
      }
    }
    await this.#lastReturn();
    this.#waits.judge(this.verdicts);
    if (this.#hasGone) note('the device did not come back: what follows was not judged');
  }

  stop(): void {
    this.#isStopped = true;
  }

  close(): void {
    for (const { socket } of this.#arrived) socket.destroy();
    this.#server.close();
  }

  /** @returns whether the scenario came to its question. */
  async #runOne(scenario: Scenario, line: string, isLast: boolean): Promise<boolean> {
    const { clock, keys, toleranceMs, note } = this.#options;
    const socket = await this.#next();
    if (socket === undefined) return false;
    note(line);
    const connection = new ObservedConnection(socket, { clock, ...this.#tls(scenario) });
    const cloud = new ScriptedCloud(connection, keys, clock, scenario.script);
    try {
      await scenario.run({ cloud, verdicts: this.verdicts, clock, toleranceMs });
      return true;
    } catch (error) {
      if (!(error instanceof NotReached)) throw error;
      if (cloud.proven === false) this.verdicts.judge('proof', false, 'the mac is another; is it this key and device?');
      note(`   not reached: ${error.message}`);
      const id = error.must ?? scenario.judges[0];
      if (isLast && id !== undefined && cloud.proven !== false)
        this.verdicts.judge(id, false, `${scenario.name}: ${error.message}`);
      return false;
    } finally {
      this.#noteNonce(cloud);
      this.#noteFault(cloud, scenario);
      cloud.close();
      this.#lastEndMs = connection.endMs ?? clock.nowMs();
      this.#waits.ended(cloud.sessionMs === undefined ? 0 : this.#lastEndMs - cloud.sessionMs);
    }
  }

  #noteNonce({ hello }: ScriptedCloud): void {
    if (hello === undefined) return;
    const nonce = Buffer.from(hello.nonce).toString('hex');
    this.verdicts.judge('nonce-new', !this.#nonces.has(nonce), `the nonce ${nonce} came twice`);
    this.#nonces.add(nonce);
  }

  /** What the device sent broke the protocol, in whatever scenario. */
  #noteFault({ fault, sessionMs }: ScriptedCloud, { name }: Scenario): void {
    if (fault === undefined) return;
    const isLength = fault instanceof ProtoError && fault.code === 'FRAME_LENGTH';
    const id = isLength ? (sessionMs === undefined ? 'bootstrap-size' : 'slot-sizes') : 'seals';
    this.verdicts.judge(id, false, `${name}: ${fault.message}`);
  }

  /** The next connection; undefined when the device has gone. */
  async #next(): Promise<Socket | undefined> {
    const { clock, note } = this.#options;
    if (this.#lastEndMs === undefined) note('waiting for the device');
    const untilMs = (this.#lastEndMs ?? Number.POSITIVE_INFINITY) + this.#waits.boundMs + patienceMs;
    while (!this.#isStopped && clock.nowMs() < untilMs) {
      const next = this.#arrived.shift();
      if (next !== undefined && !next.socket.destroyed) {
        if (this.#lastEndMs !== undefined) this.#waits.came(this.verdicts, Math.max(0, next.atMs - this.#lastEndMs));
        return next.socket;
      }
      await clock.wait(5);
    }
    if (this.#isStopped) return undefined;
    this.#hasGone = true;
    this.verdicts.judge('returns', false, `it did not come back within ${(this.#waits.boundMs + patienceMs) / 1000} s`);
    return undefined;
  }

  /** The device must come back after the last scenario too. */
  async #lastReturn(): Promise<void> {
    if (this.#hasGone || this.#isStopped || this.#lastEndMs === undefined) return;
    (await this.#next())?.destroy();
  }

  /** A session that stands long enough for the device's waits to begin anew, where that costs less than the next wait. */
  async #rest(): Promise<void> {
    if (this.#waits.boundMs < restAboveMs || this.#hasGone || this.#isStopped) return;
    const scenario: Scenario = {
      name: 'rest',
      about: `a good session of ${provenMs / 1000} s, so that the waits are short again`,
      judges: [],
      run: async ({ cloud, clock }) => {
        await cloud.session();
        await clock.wait(provenMs + 500);
      },
    };
    await this.#runOne(scenario, `         rest: ${scenario.about}`, false);
  }

  #tls({ tls }: Scenario): { tls: SecureContextOptions; alpn: readonly string[] | undefined } {
    const { keys } = this.#options;
    const certificates = { 'other-name': keys.otherName, 'other-authority': keys.otherAuthority };
    const own = tls === 'other-name' || tls === 'other-authority' ? certificates[tls] : keys.server;
    const { cert, key } = own ?? keys.server;
    const maxVersion = tls === 'TLSv1.2' ? ('TLSv1.2' as const) : ('TLSv1.3' as const);
    return {
      tls: { cert, key, ciphers: tlsCiphers, minVersion: 'TLSv1.2', maxVersion },
      alpn: tls === 'no-alpn' ? undefined : ['quietwire/1'],
    };
  }
}
