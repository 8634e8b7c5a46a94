// Messages that the product's encoders refuse to make: a field appended to an encoded message takes the place of the one
// before (proto3: the last one counts). Pure.

/** @param value a whole number, encoded as a varint; a double, as 64 bits; or bytes. */
export type OverrideValue = { whole: number } | { double: number } | { bytes: Uint8Array };

export function withField(message: Uint8Array, number: number, value: OverrideValue): Uint8Array {
  if ('whole' in value) return join(message, varint(number * 8), varint(value.whole));
  if ('double' in value) {
    const bits = new Uint8Array(8);
    new DataView(bits.buffer).setFloat64(0, value.double, true);
    return join(message, varint(number * 8 + 1), bits);
  }
  return join(message, varint(number * 8 + 2), varint(value.bytes.length), value.bytes);
}

/** The one submessage in an encoded message that holds nothing else. */
export function onlySubmessage(message: Uint8Array): Uint8Array {
  let at = 1; // the tag of a field below 16
  while (((message[at] as number) & 0x80) !== 0) at += 1;
  return message.subarray(at + 1);
}

export function join(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function varint(value: number): Uint8Array {
  const bytes = [];
  let rest = value;
  while (rest > 0x7f) {
    bytes.push((rest % 128) | 0x80);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...bytes, rest]);
}
