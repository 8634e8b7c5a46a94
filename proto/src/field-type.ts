// The field types of quietwire/1 (SPEC 4) and how an unknown one is treated. Owns the numbers, not the bodies.

export const fieldTypes = {
  PADDING: 0x00,
  OPEN: 0x01,
  RESET: 0x02,
  STREAM_CREDIT: 0x03,
  TUNNEL_CREDIT: 0x04,
  ACK: 0x05,
  CONTROL: 0x06,
  STREAM: 0x10,
  HELLO: 0x20,
  CHALLENGE: 0x21,
  PROOF: 0x22,
  ACCEPT: 0x23,
  REFUSE: 0x24,
} as const;

/** Bits of the STREAM types 0x10 to 0x13. */
export const streamFlags = { FIN: 1, ACTIVE: 2 } as const;

/** Unknown fields with this bit are skipped, others end the tunnel (SPEC 3.4). */
export const skippableBit = 0x80;

/** Types 0x8a, 0x9a … 0xfa will never mean anything; sending them exercises that they are skipped (SPEC 17). */
export function isGreaseField(type: number): boolean {
  return type >= 0x8a && type <= 0xfa && (type & 0x0f) === 0x0a;
}

/** Extension types 31·N + 27 will never mean anything (SPEC 17). */
export function isGreaseExtension(type: number): boolean {
  return type % 31 === 27;
}
