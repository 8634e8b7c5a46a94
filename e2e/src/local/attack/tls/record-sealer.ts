// Seals single TLS records of a client as no TLS library does on demand: any content type, any length, KeyUpdates one after the
// other. Keys come from what `node:tls` logs of its handshake; AES-128-GCM with SHA-256 only.
import { createCipheriv, hash } from 'node:crypto';
import { contentType } from '../../../wire/capture/wire-record.ts';

export interface RecordSealer {
  /** One record on the wire, header included. */
  seal(type: number, content: Uint8Array): Buffer;
}

/** The suite of each version that these sealers speak, as Node names it. */
export const sealedSuites = {
  'TLSv1.3': 'TLS_AES_128_GCM_SHA256',
  'TLSv1.2': 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256',
} as const;

const KEY_BYTES = 16;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 5;
const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;
/** Bytes of a sealed KeyUpdate: header, message (RFC 8446 section 4.6.3), content type, tag. */
export const KEY_UPDATE_BYTES: number = HEADER_BYTES + 5 + 1 + TAG_BYTES;

/** RFC 8446 sections 5.2 and 7.2. */
export class Tls13Sealer implements RecordSealer {
  #secret: Buffer;
  #key: Buffer;
  #iv: Buffer;
  #sequence: number;

  /**
   * @param secret CLIENT_TRAFFIC_SECRET_0.
   * @param sequence records sent under it before.
   */
  constructor(secret: Buffer, sequence: number) {
    this.#secret = secret;
    this.#key = expandLabel(secret, 'key', KEY_BYTES);
    this.#iv = expandLabel(secret, 'iv', IV_BYTES);
    this.#sequence = sequence;
  }

  seal(type: number, content: Uint8Array): Buffer {
    const length = content.length + 1 + TAG_BYTES;
    const record = Buffer.allocUnsafe(HEADER_BYTES + length);
    writeHeader(record, contentType.applicationData, length);
    const nonce = Buffer.from(this.#iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.#sequence) >>> 0, 8);
    this.#sequence += 1;
    const cipher = createCipheriv('aes-128-gcm', this.#key, nonce);
    cipher.setAAD(record.subarray(0, HEADER_BYTES));
    const inner = Buffer.allocUnsafe(content.length + 1);
    inner.set(content);
    inner[content.length] = type;
    record.set(cipher.update(inner), HEADER_BYTES);
    cipher.final();
    record.set(cipher.getAuthTag(), record.length - TAG_BYTES);
    return record;
  }

  /** A KeyUpdate; what is sealed after it is under the next keys. */
  keyUpdate(request: 'requested' | 'not-requested'): Buffer {
    const record = this.seal(contentType.handshake, Buffer.of(24, 0, 0, 1, request === 'requested' ? 1 : 0));
    this.#secret = expandLabel(this.#secret, 'traffic upd', this.#secret.length);
    this.#key = expandLabel(this.#secret, 'key', KEY_BYTES);
    this.#iv = expandLabel(this.#secret, 'iv', IV_BYTES);
    this.#sequence = 0;
    return record;
  }
}

/** RFC 5246 sections 6.2.3.3 and 6.3, RFC 5288 section 3. */
export class Tls12Sealer implements RecordSealer {
  readonly #key: Buffer;
  readonly #salt: Buffer;
  #sequence: number;

  /** @param sequence records sent under the keys before, the client's Finished among them. */
  constructor(master: Buffer, clientRandom: Buffer, serverRandom: Buffer, sequence: number) {
    const seed = Buffer.concat([Buffer.from('key expansion'), serverRandom, clientRandom]);
    // Keys of both sides, then the salts of both.
    const block = prf(master, seed, 2 * KEY_BYTES + 2 * 4);
    this.#key = block.subarray(0, KEY_BYTES);
    this.#salt = block.subarray(2 * KEY_BYTES, 2 * KEY_BYTES + 4);
    this.#sequence = sequence;
  }

  seal(type: number, content: Uint8Array): Buffer {
    const length = 8 + content.length + TAG_BYTES;
    const record = Buffer.alloc(HEADER_BYTES + length);
    writeHeader(record, type, length);
    record.writeUInt32BE(this.#sequence, HEADER_BYTES + 4);
    const explicit = record.subarray(HEADER_BYTES, HEADER_BYTES + 8);
    this.#sequence += 1;
    const cipher = createCipheriv('aes-128-gcm', this.#key, Buffer.concat([this.#salt, explicit]));
    const length16 = [content.length >>> 8, content.length & 0xff];
    cipher.setAAD(Buffer.concat([explicit, Buffer.of(type, 3, 3, ...length16)]));
    record.set(cipher.update(content), HEADER_BYTES + 8);
    cipher.final();
    record.set(cipher.getAuthTag(), record.length - TAG_BYTES);
    return record;
  }
}

function writeHeader(record: Buffer, type: number, length: number): void {
  record.set([type, 3, 3, length >>> 8, length & 0xff]);
}

/** HKDF-Expand-Label without a context (RFC 8446 section 7.1); one block of SHA-256 is all that is asked of it. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = `tls13 ${label}`;
  const info = Buffer.concat([Buffer.of(0, length, name.length), Buffer.from(name), Buffer.of(0, 1)]);
  return hmac(secret, info).subarray(0, length);
}

/** P_SHA256 (RFC 5246 section 5). */
function prf(secret: Buffer, seed: Buffer, length: number): Buffer {
  const blocks: Buffer[] = [];
  let a = seed;
  for (let bytes = 0; bytes < length; bytes += DIGEST_BYTES) {
    a = hmac(secret, a);
    blocks.push(hmac(secret, Buffer.concat([a, seed])));
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** RFC 2104, by two digests: `createHmac` takes five times as long, and a flood is as strong as it is fast to seal. */
function hmac(secret: Buffer, bytes: Buffer): Buffer {
  const inner = Buffer.alloc(BLOCK_BYTES + bytes.length, 0x36);
  const outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);
  for (const [at, byte] of secret.entries()) {
    inner[at] = byte ^ 0x36;
    outer[at] = byte ^ 0x5c;
  }
  inner.set(bytes, BLOCK_BYTES);
  outer.set(hash('sha256', inner, 'buffer'), BLOCK_BYTES);
  return hash('sha256', outer, 'buffer');
}
