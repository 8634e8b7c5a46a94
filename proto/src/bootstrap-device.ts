// The device's end of the bootstrap (SPEC 5.9), without I/O: takes bootstrap messages, returns frames to send. Nonce and
// channel binding are arguments; the deadline is the caller's.
import { decodeAccept, decodeChallenge, decodeRefuse, encodeHello, encodeProof } from './bootstrap-codec.ts';
import { ControlOpener, ControlSealer } from './control.ts';
import { ProtoError } from './errors.ts';
import { fieldTypes } from './field-type.ts';
import { type ChannelBinding, KeySchedule, keyId, macsEqual, transcriptHash } from './keys.ts';
import type { Aead, Challenge, Extension, Profile } from './messages.ts';
import { largestFrame } from './parameters-check.ts';
import { refuseReason } from './refuse-code.ts';
import { bootstrapFrame, greaseExtension, type Session } from './session.ts';

export interface DeviceBootstrapOptions {
  fleet: string;
  deviceId: string;
  /** 32 bytes. */
  deviceKey: Uint8Array;
  /** 32 bytes, random, never used before. */
  nonce: Uint8Array;
  binding: ChannelBinding;
  /** Largest frame that this device takes and makes, bytes: 512 to 16,000. */
  maxFrame: number;
  /** In order of preference. */
  aeads: readonly Aead[];
  profile: Profile;
  /** Beside the one that exercises ignoring. */
  extensions?: readonly Extension[];
}

export class DeviceBootstrap {
  readonly #options: DeviceBootstrapOptions;
  readonly #helloBody: Uint8Array;
  #state: 'hello' | 'challenge' | 'accept' | 'closed' = 'hello';
  #keys: KeySchedule | undefined;
  #challenge: Challenge | undefined;

  /** @throws ProtoError MALFORMED_MESSAGE when an option is out of the bounds of SPEC 5.2. */
  constructor(options: DeviceBootstrapOptions) {
    const { nonce, fleet, deviceId, binding, aeads, maxFrame, profile, extensions = [] } = options;
    this.#options = options;
    this.#helloBody = encodeHello({
      nonce,
      fleet,
      deviceId,
      keyId: keyId(options.deviceKey),
      binding: binding.kind,
      aeads: [...aeads],
      maxFrame,
      profile,
      extensions: [...extensions, greaseExtension(nonce)],
    });
  }

  /** The first frame, 512 bytes. */
  hello(): Uint8Array {
    this.#state = 'challenge';
    return bootstrapFrame(fieldTypes.HELLO, this.#helloBody);
  }

  /**
   * Takes a bootstrap message of the cloud.
   * @throws ProtoError REFUSED with `reason`; AUTHENTICATION, MALFORMED_MESSAGE, SEAL_BROKEN, FIELD_NOT_ALLOWED,
   * FRAME_TOO_LARGE: close the connection without an answer.
   */
  receive(type: number, body: Uint8Array): { send?: Uint8Array; session?: Session } {
    try {
      return this.#receive(type, body);
    } finally {
      if (this.#state === 'closed') this.erase();
    }
  }

  /** Overwrites what was derived: also when the cloud leaves before its proof. A session has copies of its own. */
  erase(): void {
    this.#state = 'closed';
    this.#keys?.erase();
    this.#keys = undefined;
  }

  #receive(type: number, body: Uint8Array): { send?: Uint8Array; session?: Session } {
    const state = this.#state;
    this.#state = 'closed';
    if (type === fieldTypes.REFUSE && (state === 'challenge' || state === 'accept')) {
      const { code, text } = decodeRefuse(body);
      const reason = refuseReason(code);
      throw new ProtoError('REFUSED', `${reason} (${code}) ${text}`, { reason });
    }
    if (type === fieldTypes.CHALLENGE && state === 'challenge') return { send: this.#prove(body) };
    if (type === fieldTypes.ACCEPT && state === 'accept') return { session: this.#finish(body) };
    throw new ProtoError('FIELD_NOT_ALLOWED', `bootstrap message 0x${type.toString(16)} in state ${state}`);
  }

  #prove(body: Uint8Array): Uint8Array {
    const { deviceKey, binding, aeads } = this.#options;
    const challenge = decodeChallenge(body);
    if (!aeads.includes(challenge.aead))
      throw new ProtoError('MALFORMED_MESSAGE', `CHALLENGE.aead ${challenge.aead} was not offered`);
    this.#challenge = challenge;
    this.#keys = new KeySchedule(deviceKey, transcriptHash(this.#helloBody, body, binding));
    this.#state = 'accept';
    return bootstrapFrame(fieldTypes.PROOF, encodeProof({ mac: this.#keys.deviceMac }));
  }

  #finish(body: Uint8Array): Session {
    const keys = this.#keys as KeySchedule;
    const { aead } = this.#challenge as Challenge;
    const { fleet, deviceId, maxFrame } = this.#options;
    const accept = decodeAccept(body);
    if (!macsEqual(accept.mac, keys.cloudMac)) throw new ProtoError('AUTHENTICATION', "the cloud's proof");
    const open = new ControlOpener({ aead, ...keys.cloudControl });
    const parameters = open.open(accept.sealed)?.parameters;
    if (parameters === undefined) throw new ProtoError('MALFORMED_MESSAGE', 'ACCEPT without parameters');
    if (largestFrame(parameters) > maxFrame) {
      throw new ProtoError('FRAME_TOO_LARGE', `${largestFrame(parameters)} bytes, max_frame is ${maxFrame}`);
    }
    return {
      fleet,
      deviceId,
      aead,
      seal: new ControlSealer({ aead, ...keys.deviceControl }),
      open,
      parameters,
      maxFrame,
    };
  }
}
