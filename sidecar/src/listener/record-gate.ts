/**
 * What a peer that has not proved itself may send in TLS records. OpenSSL works on whatever it is given, and some records cost a
 * hundred times what they weigh (KeyUpdate, a ClientHello again); so each header is looked at before OpenSSL sees the record. Pure.
 */
import { limits } from '@quietwire/proto';

/** Bytes of a record's header: type, version, length (RFC 8446 section 5.1). */
export const recordHeaderBytes = 5;
/** Most bytes of a record's body (RFC 5246 section 6.2.3, the larger of the two versions). */
export const recordMostBytes = 16_384 + 2048;

/** RFC 8446 section 5.1. */
export const recordType = { alert: 21, handshake: 22, applicationData: 23 } as const;
const firstType = 20;

/** Of a whole handshake: one has three or four records of some 2 KB, with a chain of client certificates more. */
const handshakeRecords = 32;
const handshakeBytes = 32 * 1024;
/** Of the bootstrap exchange: HELLO and PROOF (SPEC.md section 5.1). */
const exchangeRecords = 2;
/** Body of an alert under TLS 1.3 and 1.2, most: the peer may say that it leaves. */
const alertBytes = 32;
/**
 * Node reads into a buffer of 1,024 bytes, or of the first bytes that come if these are more, and adds larger ones whenever it is full: pieces
 * below that size keep it small, so that the first read after the proof is.
 */
const pieceBytes = 1000;

export class RecordGate {
  readonly #pass: (piece: Uint8Array) => void;
  readonly #header = new Uint8Array(recordHeaderBytes);
  #headerLength = 0;
  /** Bytes of the present record's body that are yet to come. */
  #bodyLeft = 0;
  #records = 0;
  #bytes = 0;
  #exchange = false;
  #last = false;

  /** @param pass hands bytes on to TLS; the handshake may end within. */
  constructor(pass: (piece: Uint8Array) => void) {
    this.#pass = pass;
  }

  /** From the next record on, only frames of the bootstrap exchange may come. */
  handshakeDone(): void {
    this.#exchange = true;
    this.#records = 0;
  }

  /** Hands on what may pass. @returns what is wrong, once something is: then nothing more passes. */
  push(chunk: Uint8Array): string | undefined {
    let from = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#bodyLeft === 0) {
        this.#header[this.#headerLength] = chunk[at] as number;
        this.#headerLength += 1;
        at += 1;
        if (this.#headerLength < recordHeaderBytes) continue;
        this.#headerLength = 0;
        const fault = this.#judge();
        if (fault !== undefined) return fault;
      }
      const end = Math.min(chunk.length, at + this.#bodyLeft);
      this.#bodyLeft -= end - at;
      at = end;
      if (this.#bodyLeft > 0) break;
      this.#passOn(chunk.subarray(from, at));
      from = at;
    }
    this.#passOn(chunk.subarray(from));
    return undefined;
  }

  #judge(): string | undefined {
    const [type = 0, , , high = 0, low = 0] = this.#header;
    const length = high * 256 + low;
    this.#records += 1;
    this.#bytes += recordHeaderBytes + length;
    if (type < firstType || type > recordType.applicationData) return 'bytes that are no TLS record';
    if (length === 0 || length > recordMostBytes) return `a TLS record of ${length} bytes`;
    this.#bodyLeft = length;
    return this.#exchange ? this.#judgeExchange(type, length) : this.#judgeHandshake();
  }

  #judgeHandshake(): string | undefined {
    if (this.#records > handshakeRecords) return `a handshake of more than ${handshakeRecords} TLS records`;
    if (this.#bytes > handshakeBytes) return `a handshake of more than ${handshakeBytes} bytes`;
    return undefined;
  }

  #judgeExchange(type: number, length: number): string | undefined {
    const small = length <= alertBytes;
    if (this.#last || (this.#records > exchangeRecords && !small))
      return 'more TLS records than the bootstrap exchange has';
    if (type !== recordType.applicationData && type !== recordType.alert) return `a TLS record of type ${type}`;
    if (!small && length < limits.bootstrapFrame) return `a TLS record of ${length} bytes, too small for a frame`;
    this.#last = small;
    return undefined;
  }

  #passOn(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#pass(bytes.subarray(at, at + pieceBytes));
  }
}
