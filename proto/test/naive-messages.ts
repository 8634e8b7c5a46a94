// A second reading of messages and keys, written from SPEC.md sections 5 to 7 and the .proto files alone: a plain protobuf
// reader without generated code, and the key schedule by node's own HKDF. It shares no code with src/.
import { createDecipheriv, createHash, createHmac, hkdfSync } from 'node:crypto';

/** Field number to values in their order: varints as numbers, the rest as bytes. */
export type NaiveMessage = Map<number, (number | Uint8Array)[]>;

/** @throws Error when the bytes are no protobuf message. */
export function naiveMessage(bytes: Uint8Array): NaiveMessage {
  const message: NaiveMessage = new Map();
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) throw new Error('truncated varint');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 128) return Number(value);
    }
  };
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.length) throw new Error('truncated field');
    at += length;
    return bytes.slice(at - length, at);
  };
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag % 8;
    const value = wire === 0 ? varint() : take(wire === 2 ? varint() : wire === 1 ? 8 : 4);
    const list = message.get(Math.floor(tag / 8)) ?? [];
    list.push(value);
    message.set(Math.floor(tag / 8), list);
  }
  return message;
}

/** The last value of a varint field; 0 if there is none. */
export function varintOf(message: NaiveMessage, field: number): number {
  const value = message.get(field)?.at(-1) ?? 0;
  if (typeof value !== 'number') throw new Error(`field ${field} is no varint`);
  return value;
}

/** The last value of a length-delimited field; empty if there is none. */
export function bytesOf(message: NaiveMessage, field: number): Uint8Array {
  const value = message.get(field)?.at(-1) ?? new Uint8Array(0);
  if (typeof value === 'number') throw new Error(`field ${field} is a varint`);
  return value;
}

export function textOf(message: NaiveMessage, field: number): string {
  return Buffer.from(bytesOf(message, field)).toString('utf8');
}

/** SPEC 5.7 and 5.8, step by step. */
export function naiveKeySchedule(inputs: {
  deviceKey: Uint8Array;
  helloBody: Uint8Array;
  challengeBody: Uint8Array;
  bindingKind: number;
  binding: Uint8Array;
}): Record<string, Buffer> {
  const length = (body: Uint8Array): Buffer => Buffer.from([body.length >> 8, body.length & 255]);
  const transcript = createHash('sha256')
    .update(
      Buffer.concat([
        Buffer.from('quietwire/1 transcript\0'),
        length(inputs.helloBody),
        inputs.helloBody,
        length(inputs.challengeBody),
        inputs.challengeBody,
        Buffer.from([inputs.bindingKind]),
        inputs.binding,
      ]),
    )
    .digest();
  const derive = (label: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', inputs.deviceKey, transcript, Buffer.from(label), bytes));
  const deviceMac = createHmac('sha256', derive('quietwire/1 device proof', 32)).update(transcript).digest();
  return {
    transcript,
    deviceMac,
    cloudMac: createHmac('sha256', derive('quietwire/1 cloud proof', 32))
      .update(Buffer.concat([transcript, deviceMac]))
      .digest(),
    deviceControlKey: derive('quietwire/1 device control key', 32),
    deviceControlIv: derive('quietwire/1 device control iv', 12),
    cloudControlKey: derive('quietwire/1 cloud control key', 32),
    cloudControlIv: derive('quietwire/1 cloud control iv', 12),
  };
}

/** SPEC 6.1. @returns undefined when it does not open. */
export function naiveOpen(
  aead: string,
  key: Uint8Array,
  iv: Uint8Array,
  counter: number,
  sealed: Uint8Array,
): Buffer | undefined {
  if (sealed.length < 16) return undefined;
  const nonce = Buffer.from(iv);
  const count = Buffer.alloc(8);
  count.writeBigUInt64BE(BigInt(counter));
  for (let at = 0; at < 8; at++) nonce[4 + at] = (nonce[4 + at] ?? 0) ^ (count[at] ?? 0);
  const algorithm = aead === 'AES-256-GCM' ? 'aes-256-gcm' : ('chacha20-poly1305' as 'aes-256-gcm');
  const opener = createDecipheriv(algorithm, key, nonce, { authTagLength: 16 });
  const body = sealed.slice(0, sealed.length - 16);
  opener.setAAD(Buffer.from('quietwire/1 control'), { plaintextLength: body.length });
  opener.setAuthTag(sealed.slice(sealed.length - 16));
  try {
    return Buffer.concat([opener.update(body), opener.final()]);
  } catch {
    return undefined;
  }
}
