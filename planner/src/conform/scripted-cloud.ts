// The cloud's end of one connection, by script: the bootstrap step by step, each message open to change, then frames at a
// steady pace with what a scenario queues. It has no period clock of its own. What the device sends goes into a DeviceLog.
import {
  type Aead,
  type Control,
  ControlOpener,
  ControlSealer,
  certificateBinding,
  decodeHello,
  decodeProof,
  encodeAccept,
  encodeChallenge,
  encodeControl,
  encodeRefuse,
  FrameReader,
  type FrameVisitor,
  FrameWriter,
  fieldTypes,
  type Hello,
  KeySchedule,
  limits,
  macsEqual,
  type Parameters,
  transcriptHash,
} from '@quietwire/proto';
import type { ConformClock } from './clock.ts';
import { type DeviceFrame, DeviceLog } from './device-log.ts';
import type { FleetKeys } from './fleet-keys.ts';
import type { MustId } from './musts.ts';
import type { ObservedConnection } from './observed-connection.ts';
import { slotMs, testParameters } from './test-parameters.ts';

/** RFC 9266. */
const exporterLabel = 'EXPORTER-Channel-Binding';
/** What a device may take for one step of the bootstrap. */
const stepMs = 10_000;

/** The device did not come to where the scenario begins. */
export class NotReached extends Error {
  /** The MUST that was missed on the way, where that is clear. */
  readonly must: MustId | undefined;

  constructor(message: string, must?: MustId) {
    super(message);
    this.must = must;
  }
}

export interface CloudScript {
  readonly parameters?: Partial<Parameters>;
  /** Changes the encoded body of CHALLENGE. */
  readonly challenge?: (body: Uint8Array, hello: Hello) => Uint8Array;
  /** Changes the mac of ACCEPT. */
  readonly mac?: (mac: Uint8Array) => Uint8Array;
  /** Changes the encoded Control in ACCEPT before it is sealed. */
  readonly plain?: (control: Uint8Array, hello: Hello) => Uint8Array;
  /** Changes the sealed Control in ACCEPT. */
  readonly sealed?: (sealed: Uint8Array) => Uint8Array;
  /** Waits before ACCEPT, ms. */
  readonly acceptAfterMs?: number;
}

export class ScriptedCloud {
  readonly connection: ObservedConnection;
  readonly log = new DeviceLog();
  /** Sizes of all frames that came, the bootstrap's too, in order. */
  readonly sizes: number[] = [];
  readonly parameters: Parameters;
  hello: Hello | undefined;
  /** Whether the device's proof was right; undefined before it came. */
  proven: boolean | undefined;
  /** What of the device's bytes broke the protocol. */
  fault: Error | undefined;
  sessionMs: number | undefined;
  framesBeforeAccept = 0;
  readonly #clock: ConformClock;
  readonly #keys: FleetKeys;
  readonly #script: CloudScript;
  readonly #reader: FrameReader;
  readonly #bodies: { type: number; body: Uint8Array }[] = [];
  #opener: ControlOpener | undefined;
  #sealer: ControlSealer | undefined;
  #frame: DeviceFrame | undefined;
  #queue: ((writer: FrameWriter) => unknown)[] = [];
  #stopSlots: () => void = () => {};

  constructor(connection: ObservedConnection, keys: FleetKeys, clock: ConformClock, script: CloudScript = {}) {
    this.connection = connection;
    this.#keys = keys;
    this.#clock = clock;
    this.#script = script;
    this.parameters = { ...testParameters, ...script.parameters };
    this.#reader = new FrameReader(this.#visitor(), { maxFrame: limits.frameMax, bootstrap: true });
    connection.onData = (chunk) => {
      try {
        this.#reader.push(chunk);
      } catch (error) {
        this.fault ??= error as Error;
      }
    };
  }

  /** The next bootstrap message of the device. @throws (rejects) NotReached */
  async message(type: number, name: string): Promise<Uint8Array> {
    const came = () => this.#bodies.length > 0 || !this.connection.isOpen || this.fault !== undefined;
    await this.connection.until(came, stepMs);
    const next = this.#bodies.shift();
    if (next?.type === type) return next.body;
    const saw = this.fault?.message ?? (this.connection.isOpen ? 'nothing came' : 'the device closed');
    throw new NotReached(`no ${name}: ${saw}${this.connection.error ? ` (${this.connection.error})` : ''}`);
  }

  /** Bootstrap messages that came and were not asked for. */
  get unasked(): number {
    return this.#bodies.length;
  }

  /** HELLO and CHALLENGE. */
  async challenge(): Promise<{ keys: KeySchedule; aead: Aead }> {
    const helloBody = await this.message(fieldTypes.HELLO, 'HELLO');
    const hello = reading('HELLO', 'hello-good', () => decodeHello(helloBody));
    this.hello = hello;
    const aead = hello.aeads[0] ?? 'AES-256-GCM';
    const plainBody = encodeChallenge({
      nonce: this.#clock.randomBytes(32),
      aead,
      extensions: [{ type: 27, value: new Uint8Array(3) }],
    });
    const body = this.#script.challenge?.(plainBody, hello) ?? plainBody;
    const keys = new KeySchedule(
      this.#keys.deviceKey(hello),
      transcriptHash(helloBody, body, { kind: hello.binding, value: this.#binding(hello) }),
    );
    this.bootstrap(fieldTypes.CHALLENGE, body);
    return { keys, aead };
  }

  /** The whole bootstrap, as the script changes it; then the session begins. @throws (rejects) NotReached */
  async establish(): Promise<void> {
    const { keys, aead } = await this.challenge();
    const proof = await this.message(fieldTypes.PROOF, 'PROOF');
    const { mac } = reading('PROOF', 'proof', () => decodeProof(proof));
    this.proven = macsEqual(mac, keys.deviceMac);
    if (this.#script.acceptAfterMs !== undefined) {
      await this.#clock.wait(this.#script.acceptAfterMs);
      this.framesBeforeAccept = this.unasked + (this.fault === undefined ? 0 : 1);
    }
    this.#sealer = new ControlSealer({ aead, ...keys.cloudControl });
    this.#opener = new ControlOpener({ aead, ...keys.deviceControl });
    const control = encodeControl({ parameters: this.parameters });
    const sealed = this.#sealer.sealBytes(this.#script.plain?.(control, this.hello as Hello) ?? control);
    const accept = encodeAccept({
      mac: this.#script.mac?.(keys.cloudMac) ?? keys.cloudMac,
      sealed: this.#script.sealed?.(sealed) ?? sealed,
    });
    this.#reader.enterSession(this.hello?.maxFrame ?? limits.frameMax);
    this.sessionMs = this.#clock.nowMs();
    this.bootstrap(fieldTypes.ACCEPT, accept);
  }

  /** Establishes, begins the slots, and waits until the device has sent a frame of the session. */
  async session(): Promise<void> {
    await this.establish();
    this.startSlots();
    const came = await this.connection.until(() => this.log.frames.length > 0 || !this.connection.isOpen, 3000);
    if (!came || this.log.frames.length === 0)
      throw new NotReached(`no frame of the session: ${this.ending()}`, 'first-run');
  }

  /** One frame each δ, background or not: fewer than a good cloud may send, enough for a device that waits for frames. */
  startSlots(): void {
    this.#stopSlots = this.#clock.every(slotMs, () => this.#slot());
  }

  stopSlots(): void {
    this.#stopSlots();
    this.#stopSlots = () => {};
  }

  /** Writes fields into the next frame, or the one after that has room. */
  queue(write: (writer: FrameWriter) => unknown): void {
    this.#queue.push(write);
  }

  sealed(control: Uint8Array): Uint8Array {
    if (!this.#sealer) throw new NotReached('no session');
    return this.#sealer.sealBytes(control);
  }

  control(control: Control): void {
    const sealed = this.sealed(encodeControl(control));
    this.queue((writer) => writer.control(sealed));
  }

  /** A bootstrap frame, of that body. */
  bootstrap(type: number, body: Uint8Array): void {
    this.write(frameOf(limits.bootstrapFrame, (writer) => writer.field(type, body)));
  }

  refuse(code: number, text: string): void {
    this.bootstrap(fieldTypes.REFUSE, encodeRefuse({ code, text }));
  }

  write(bytes: Uint8Array): void {
    this.connection.write(bytes);
  }

  /** Highest period number that the device has said; 0 before any. */
  get number(): number {
    return Math.max(0, ...this.log.periodStarts.map(({ number }) => number));
  }

  ending(): string {
    const { isOpen, error } = this.connection;
    if (this.fault) return `the device broke the protocol: ${this.fault.message}`;
    return isOpen ? 'the connection stands' : `the device closed${error ? ` (${error})` : ''}`;
  }

  close(): void {
    this.stopSlots();
    this.connection.close();
  }

  #slot(): void {
    const write = this.#queue.shift();
    const { backgroundFrameSize, frameSize } = this.parameters;
    this.write(frameOf(write ? frameSize : backgroundFrameSize, (writer) => write?.(writer)));
  }

  #binding({ binding }: Hello): Uint8Array {
    const { tls } = this.connection;
    if (binding === 'CERTIFICATE') return certificateBinding(this.#keys.certificateDer);
    return tls.exportKeyingMaterial(32, exporterLabel, Buffer.alloc(0));
  }

  #visitor(): FrameVisitor {
    const begin = (size: number): DeviceFrame => {
      const frame = { atMs: this.#clock.nowMs(), size, controls: [], opens: [], streams: [], acks: [], resets: [] };
      this.sizes.push(size);
      this.log.frames.push(frame);
      return frame;
    };
    return {
      cover: (size) => void begin(size),
      frameStart: (size) => {
        this.#frame = begin(size);
      },
      open: (id, service) => this.#frame?.opens.push({ id, service }),
      reset: (id, code) => this.#frame?.resets.push({ id, code }),
      streamCredit: () => {},
      tunnelCredit: () => {},
      ack: (id, offset) => this.#frame?.acks.push({ id, offset }),
      control: (sealed) => {
        const control = this.#opener?.open(sealed);
        if (control) this.#frame?.controls.push(control);
      },
      stream: (id, data, fin, active) => this.#frame?.streams.push({ id, bytes: data.length, fin, active }),
      bootstrap: (type, body) => {
        this.sizes.push(limits.bootstrapFrame);
        this.#bodies.push({ type, body: Uint8Array.from(body) });
      },
    };
  }
}

function reading<Message>(name: string, must: MustId, decode: () => Message): Message {
  try {
    return decode();
  } catch (error) {
    throw new NotReached(`${name} does not decode: ${(error as Error).message}`, must);
  }
}

/** A frame of that size with what `fill` writes. */
export function frameOf(size: number, fill: (writer: FrameWriter) => unknown = () => {}): Uint8Array {
  const frame = new Uint8Array(size);
  const writer = new FrameWriter();
  writer.begin(frame, size);
  fill(writer);
  return frame;
}
