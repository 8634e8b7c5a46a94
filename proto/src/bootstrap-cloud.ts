// The cloud's end of the bootstrap (SPEC 5.10), without I/O: takes bootstrap messages, returns frames to send. Where keys
// and policies come from is the caller's, and so are nonce, channel binding and deadline.
import { decodeHello, decodeProof, encodeAccept, encodeChallenge, encodeRefuse } from './bootstrap-codec.ts';
import { ControlOpener, ControlSealer } from './control.ts';
import { ProtoError } from './errors.ts';
import { fieldTypes } from './field-type.ts';
import { KeySchedule, macsEqual, transcriptHash } from './keys.ts';
import type { Aead, Binding, Hello, Parameters } from './messages.ts';
import { fitsMinimalProfile, largestFrame } from './parameters-check.ts';
import { boundParameters, parametersFit } from './parameters-codec.ts';
import { refuseCodes } from './refuse-code.ts';
import { bootstrapFrame, greaseExtension, type KeySlot, type Session } from './session.ts';

/** The key of one device, or why there is none. */
export type KeyLookup =
  | { deviceKey: Uint8Array; slot: KeySlot; revoked?: boolean }
  | { unknown: 'fleet' | 'device' }
  | undefined;

/** Why a proven device gets no parameters. */
export interface PolicyRefusal {
  refuse: 'NO_POLICY' | 'BUSY';
  text?: string;
}

export interface CloudBootstrapOptions {
  /** 32 bytes, random, never used before. */
  nonce: Uint8Array;
  /** The 32 bytes of that binding; undefined when this end does not have it or the policy does not allow it. */
  binding(kind: Binding): Uint8Array | undefined;
  lookup(fleet: string, deviceId: string, keyId: Uint8Array): KeyLookup;
  /** Asked once the device has proven itself. */
  parameters(fleet: string, hello: Hello): Parameters | PolicyRefusal;
  aeads: readonly Aead[];
}

/** What to send, and how the exchange ended, if it did. After `refused` the connection is closed once `send` is out. */
export interface CloudStep {
  send: Uint8Array;
  session?: Session;
  /** The true reason, for the log; the device may be told less. */
  refused?: ProtoError;
}

interface Challenged {
  hello: Hello;
  aead: Aead;
  key: KeyLookup;
  keys: KeySchedule;
}

/** Proved against when there is no key, so that an unknown fleet or device takes the same path as a wrong key. */
const noKey = new Uint8Array(32);

export class CloudBootstrap {
  readonly #options: CloudBootstrapOptions;
  #state: 'hello' | 'proof' | 'closed' = 'hello';
  #challenged: Challenged | undefined;

  constructor(options: CloudBootstrapOptions) {
    this.#options = options;
  }

  /** Takes a bootstrap message of the device. Whatever it holds is answered by a frame; nothing is thrown for it. */
  receive(type: number, body: Uint8Array): CloudStep {
    const state = this.#state;
    this.#state = 'closed';
    try {
      if (type === fieldTypes.HELLO && state === 'hello') return this.#challenge(body);
      if (type === fieldTypes.PROOF && state === 'proof') return this.#accept(body);
      throw new ProtoError('FIELD_NOT_ALLOWED', `bootstrap message 0x${type.toString(16)} in state ${state}`);
    } catch (error) {
      if (error instanceof ProtoError) return { send: refusal(error), refused: error };
      throw error;
    } finally {
      if (this.#state === 'closed') this.erase();
    }
  }

  /** Overwrites what was derived: also when the device leaves before its proof. A session has copies of its own. */
  erase(): void {
    this.#state = 'closed';
    this.#challenged?.keys.erase();
    this.#challenged = undefined;
  }

  #challenge(body: Uint8Array): CloudStep {
    const { nonce, aeads } = this.#options;
    const hello = decodeHello(body);
    const aead = hello.aeads.find((offered) => aeads.includes(offered));
    if (aead === undefined) throw new ProtoError('VERSION', 'no common AEAD');
    const binding = this.#options.binding(hello.binding);
    if (binding === undefined) throw new ProtoError('VERSION', `channel binding ${hello.binding}`);
    const challengeBody = encodeChallenge({ nonce, aead, extensions: [greaseExtension(nonce)] });
    const transcript = transcriptHash(body, challengeBody, { kind: hello.binding, value: binding });
    const key = this.#options.lookup(hello.fleet, hello.deviceId, hello.keyId);
    const keys = new KeySchedule(isKey(key) ? key.deviceKey : noKey, transcript);
    this.#challenged = { hello, aead, key, keys };
    this.#state = 'proof';
    return { send: bootstrapFrame(fieldTypes.CHALLENGE, challengeBody) };
  }

  #accept(body: Uint8Array): CloudStep {
    const { hello, aead, key, keys } = this.#challenged as Challenged;
    const proven = macsEqual(decodeProof(body).mac, keys.deviceMac);
    if (!isKey(key)) throw new ProtoError(key?.unknown === 'fleet' ? 'UNKNOWN_FLEET' : 'AUTHENTICATION', 'no such key');
    if (!proven) throw new ProtoError('AUTHENTICATION', "the device's proof");
    if (key.revoked) throw new ProtoError('REVOKED');
    const parameters = this.#parameters(hello);
    const seal = new ControlSealer({ aead, ...keys.cloudControl });
    const send = bootstrapFrame(
      fieldTypes.ACCEPT,
      encodeAccept({ mac: keys.cloudMac, sealed: seal.seal({ parameters }) }),
    );
    const open = new ControlOpener({ aead, ...keys.deviceControl });
    const { fleet, deviceId, maxFrame } = hello;
    return { send, session: { fleet, deviceId, keySlot: key.slot, aead, seal, open, parameters, maxFrame } };
  }

  #parameters(hello: Hello): Parameters {
    const parameters = this.#options.parameters(hello.fleet, hello);
    if ('refuse' in parameters) throw new ProtoError(parameters.refuse, parameters.text);
    const largest = largestFrame(parameters);
    if (largest > hello.maxFrame)
      throw new ProtoError('FRAME_TOO_LARGE', `${largest} bytes, max_frame is ${hello.maxFrame}`);
    if (hello.profile === 'MINIMAL' && !fitsMinimalProfile(parameters)) {
      throw new ProtoError('NO_POLICY', 'the minimal profile follows constant slots only');
    }
    const left = parametersFit(parameters);
    if (left < 0) throw new ProtoError('PARAMETERS_TOO_LARGE', `${-left} bytes too many`);
    return boundParameters(parameters);
  }
}

/** The REFUSE frame for an error. Fleets cannot be probed: an unknown one reads as a wrong key (SPEC 5.6). */
export function refusal(error: ProtoError): Uint8Array {
  const code = refuseCode(error);
  const text = code === refuseCodes.PROTOCOL ? error.code : '';
  return bootstrapFrame(fieldTypes.REFUSE, encodeRefuse({ code, text }));
}

function refuseCode(error: ProtoError): number {
  switch (error.code) {
    case 'AUTHENTICATION':
    case 'UNKNOWN_FLEET':
      return refuseCodes.AUTHENTICATION;
    case 'PARAMETERS_INVALID':
    case 'PARAMETERS_TOO_LARGE':
      return refuseCodes.NO_POLICY;
    case 'VERSION':
    case 'FRAME_TOO_LARGE':
    case 'NO_POLICY':
    case 'BUSY':
    case 'REVOKED':
      return refuseCodes[error.code];
    default:
      return refuseCodes.PROTOCOL;
  }
}

function isKey(key: KeyLookup): key is { deviceKey: Uint8Array; slot: KeySlot; revoked?: boolean } {
  return key !== undefined && 'deviceKey' in key;
}
