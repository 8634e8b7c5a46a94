// Sealing and opening of control messages (SPEC 6.1) and fragments of long ones (SPEC 6.3). Which message to send when is
// the tunnel's.
import { type CipherGCMTypes, createCipheriv, createDecipheriv } from 'node:crypto';
import { decodeControl, encodeControl } from './control-codec.ts';
import { ProtoError } from './errors.ts';
import type { DirectionKeys } from './keys.ts';
import { limits } from './limits.ts';
import type { Aead, Control, Fragment } from './messages.ts';

const additionalData = Buffer.from('quietwire/1 control', 'ascii');

/** Key, iv and AEAD of one direction. */
export interface SealOptions extends DirectionKeys {
  aead: Aead;
  /** Messages of this direction before the first, for test vectors. Default: 0, as every session begins. */
  counter?: number;
}

/** Bytes that sealing adds to an encoded message. */
export const sealOverhead: number = limits.sealTag;

/** Seals messages of one direction in the order in which they are sent. */
export class ControlSealer {
  readonly #cipher: DirectionCipher;

  constructor(options: SealOptions) {
    this.#cipher = new DirectionCipher(options);
  }

  /** Messages sealed so far. */
  get count(): number {
    return this.#cipher.count;
  }

  /** Overwrites the key; sealing is over. What OpenSSL copied for a message it has erased with its cipher. */
  erase(): void {
    this.#cipher.erase();
  }

  /**
   * Seals one message. What it returns must be sent, and before anything that is sealed later.
   * @throws ProtoError SEAL_EXHAUSTED, PARAMETERS_INVALID
   */
  seal(control: Control): Uint8Array {
    return this.sealBytes(encodeControl(control));
  }

  /** Seals an encoded message. @throws ProtoError SEAL_EXHAUSTED */
  sealBytes(plain: Uint8Array): Uint8Array {
    const { algorithm, key } = this.#cipher;
    const cipher = createCipheriv(algorithm, key, this.#cipher.nextNonce(), { authTagLength: limits.sealTag });
    cipher.setAAD(additionalData, { plaintextLength: plain.length });
    const body = cipher.update(plain);
    cipher.final();
    return Buffer.concat([body, cipher.getAuthTag()]);
  }
}

/** Opens messages of one direction in the order in which they arrive, and joins fragments. */
export class ControlOpener {
  readonly #cipher: DirectionCipher;
  readonly #joiner = new FragmentJoiner();

  constructor(options: SealOptions) {
    this.#cipher = new DirectionCipher(options);
  }

  /** Messages opened so far. */
  get count(): number {
    return this.#cipher.count;
  }

  /** Bytes held of a message whose last fragment is yet to come; at most 16 KiB. */
  get heldBytes(): number {
    return this.#joiner.heldBytes;
  }

  /** Overwrites the key and the fragments that are held; opening is over. */
  erase(): void {
    this.#cipher.erase();
    this.#joiner.erase();
  }

  /**
   * Opens one message.
   * @returns the message; undefined after a fragment that is not the last.
   * @throws ProtoError SEAL_BROKEN, SEAL_EXHAUSTED, MALFORMED_MESSAGE, FRAGMENT_ORDER, FRAGMENT_TOO_LARGE: the tunnel ends.
   */
  open(sealed: Uint8Array): Control | undefined {
    const control = decodeControl(this.openBytes(sealed));
    if (control.fragment === undefined) return control;
    const { fragment, ...rest } = control;
    if (Object.keys(rest).length > 0) throw new ProtoError('MALFORMED_MESSAGE', 'a fragment beside another part');
    const whole = this.#joiner.add(fragment);
    if (whole === undefined) return undefined;
    const joined = decodeControl(whole);
    if (joined.fragment !== undefined) throw new ProtoError('MALFORMED_MESSAGE', 'a fragment inside fragments');
    return joined;
  }

  /** Opens one message without decoding it. @throws ProtoError SEAL_BROKEN, SEAL_EXHAUSTED */
  openBytes(sealed: Uint8Array): Uint8Array {
    if (sealed.length < limits.sealTag) throw new ProtoError('SEAL_BROKEN', `${sealed.length} bytes`);
    const { algorithm, key } = this.#cipher;
    const decipher = createDecipheriv(algorithm, key, this.#cipher.nextNonce(), { authTagLength: limits.sealTag });
    const length = sealed.length - limits.sealTag;
    decipher.setAAD(additionalData, { plaintextLength: length });
    decipher.setAuthTag(sealed.subarray(length));
    const plain = decipher.update(sealed.subarray(0, length));
    try {
      decipher.final();
    } catch (cause) {
      throw new ProtoError('SEAL_BROKEN', undefined, { cause });
    }
    return plain;
  }
}

/** Cuts a message into fragments of at most `dataBytes` of its bytes each, to be sealed one after the other. */
export function fragmentControl(control: Control, message: number, dataBytes: number): Control[] {
  const whole = encodeControl(control);
  if (whole.length > limits.controlMessage) throw new ProtoError('FRAGMENT_TOO_LARGE', `${whole.length} bytes`);
  const fragments: Control[] = [];
  for (let from = 0; from < whole.length; from += dataBytes) {
    const data = whole.subarray(from, from + dataBytes);
    fragments.push({ fragment: { message, index: fragments.length, last: from + dataBytes >= whole.length, data } });
  }
  return fragments;
}

const KEY_BYTES = 32;
const IV_BYTES = 12;

/** One direction's cipher state: the nonce is the iv with the count of messages mixed into its last 8 bytes. */
class DirectionCipher {
  /** ChaCha20-Poly1305 has the same calls in node:crypto as GCM, whose type stands for both. */
  readonly algorithm: CipherGCMTypes;
  /** Key, iv and nonce side by side: an idle tunnel keeps one buffer for each direction. */
  readonly #bytes = new Uint8Array(KEY_BYTES + 2 * IV_BYTES);
  #erased = false;
  count: number;

  constructor({ aead, key, iv, counter = 0 }: SealOptions) {
    if (key.length !== KEY_BYTES || iv.length !== IV_BYTES)
      throw new ProtoError('KEY_INVALID', `control key ${key.length}, iv ${iv.length} bytes`);
    this.count = counter;
    this.algorithm = (aead === 'AES-256-GCM' ? 'aes-256-gcm' : 'chacha20-poly1305') as CipherGCMTypes;
    this.#bytes.set(key);
    this.#bytes.set(iv, KEY_BYTES);
    this.#bytes.set(iv, KEY_BYTES + IV_BYTES);
  }

  get key(): Uint8Array {
    return this.#bytes.subarray(0, KEY_BYTES);
  }

  erase(): void {
    this.#bytes.fill(0);
    this.#erased = true;
  }

  nextNonce(): Uint8Array {
    // With zeros for a key anyone could read it.
    if (this.#erased) throw new ProtoError('SEAL_EXHAUSTED', 'the key was erased');
    if (this.count >= limits.sealedMessages) throw new ProtoError('SEAL_EXHAUSTED');
    const nonce = this.#bytes.subarray(KEY_BYTES + IV_BYTES);
    let rest = this.count++;
    for (let at = IV_BYTES - 1; at >= 4; at--) {
      nonce[at] = (this.#bytes[KEY_BYTES + at] as number) ^ (rest % 256);
      rest = Math.floor(rest / 256);
    }
    return nonce;
  }
}

const noBytes = new Uint8Array(0);

/** Joins the fragments of one message at a time, in one buffer however small they are. */
class FragmentJoiner {
  #buffer: Uint8Array = noBytes;
  #message = 0;
  #next = 0;
  heldBytes = 0;

  erase(): void {
    this.#buffer.fill(0);
    this.#buffer = noBytes;
    this.#next = 0;
    this.heldBytes = 0;
  }

  /** The whole message with its last fragment; undefined before. */
  add({ message, index, last, data }: Fragment): Uint8Array | undefined {
    if (index !== this.#next || (index > 0 && message !== this.#message)) {
      throw new ProtoError('FRAGMENT_ORDER', `message ${message} index ${index}, expected index ${this.#next}`);
    }
    if (data.length === 0) throw new ProtoError('FRAGMENT_ORDER', 'an empty fragment');
    const length = this.heldBytes + data.length;
    if (length > limits.controlMessage) throw new ProtoError('FRAGMENT_TOO_LARGE');
    if (length > this.#buffer.length) {
      const larger = new Uint8Array(Math.min(limits.controlMessage, 2 * length));
      larger.set(this.#buffer.subarray(0, this.heldBytes));
      this.#buffer.fill(0);
      this.#buffer = larger;
    }
    this.#buffer.set(data, this.heldBytes);
    this.heldBytes = length;
    this.#message = message;
    this.#next = index + 1;
    if (!last) return undefined;
    const whole = this.#buffer.subarray(0, length);
    this.#buffer = noBytes;
    this.#next = 0;
    this.heldBytes = 0;
    return whole;
  }
}
