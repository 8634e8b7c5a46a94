// fast-check arbitraries of fields, frames, chunk cuts and damage.
import fc from 'fast-check';
import { buildFrame, type RawField, type VectorField } from '../scripts/vectors/frame-builder.ts';

export type AnyField = VectorField | RawField;

const id = fc.integer({ min: 0, max: 0xffff });
const offset = fc.oneof(
  fc.integer({ min: 0, max: 70_000 }),
  fc.maxSafeNat().map((n) => n % 2 ** 48),
);
const hexOf = (minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ minLength, maxLength }).map((bytes) => Buffer.from(bytes).toString('hex'));
const service = fc.string({ unit: fc.constantFrom(...'abcxyz019-'), minLength: 1, maxLength: 63 });

export const sessionField: fc.Arbitrary<VectorField> = fc.oneof(
  fc.record({ type: fc.constant('OPEN' as const), stream: id, service }),
  fc.record({ type: fc.constant('RESET' as const), stream: id, code: id }),
  fc.record({ type: fc.constant('STREAM_CREDIT' as const), stream: id, offset }),
  fc.record({ type: fc.constant('TUNNEL_CREDIT' as const), offset }),
  fc.record({ type: fc.constant('ACK' as const), stream: id, offset }),
  fc.record({ type: fc.constant('CONTROL' as const), sealed: hexOf(16, 80) }),
  fc.record({
    type: fc.constant('STREAM' as const),
    stream: id,
    data: hexOf(0, 90),
    fin: fc.boolean(),
    active: fc.boolean(),
  }),
);

const skipped: fc.Arbitrary<RawField> = fc.record({ type: fc.integer({ min: 0x80, max: 0xff }), body: hexOf(0, 12) });

/** Fields that a session allows, skippable ones among them, in a frame that holds them. */
export const sessionFrame: fc.Arbitrary<{ size: number; fields: AnyField[]; bytes: Uint8Array }> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 5, arbitrary: sessionField }, { weight: 1, arbitrary: skipped }), { maxLength: 6 }),
    fc.nat(80),
  )
  .map(([fields, spare]) => {
    const written = fields.reduce((sum, field) => sum + fieldBytes(field), 2);
    const size = Math.max(64, written + spare);
    return { size, fields, bytes: buildFrame(size, fields) };
  });

export const cover: fc.Arbitrary<{ size: number; fields: AnyField[]; bytes: Uint8Array }> = fc
  .integer({ min: 64, max: 1500 })
  .map((size) => ({ size, fields: [], bytes: buildFrame(size, []) }));

export const bootstrapFrame: fc.Arbitrary<{ size: number; fields: AnyField[]; bytes: Uint8Array }> = fc
  .tuple(
    fc.record({ type: fc.constantFrom('HELLO', 'CHALLENGE', 'PROOF', 'ACCEPT', 'REFUSE'), body: hexOf(0, 400) }),
    fc.array(skipped, { maxLength: 3 }),
    fc.nat(3),
  )
  .map(([message, others, at]) => {
    const fields: AnyField[] = [...others];
    fields.splice(at, 0, message as VectorField);
    return { size: 512, fields, bytes: buildFrame(512, fields) };
  });

/** Places at which an input is cut into chunks. */
export type Cuts = readonly number[] | 'every byte';

export const cuts: fc.Arbitrary<Cuts> = fc.oneof(
  fc.array(fc.nat(4000), { maxLength: 12 }),
  fc.constant<Cuts>('every byte'),
);

/** Single bytes that are overwritten. */
export const damage: fc.Arbitrary<{ at: number; value: number }[]> = fc.array(
  fc.record({
    at: fc.oneof(fc.nat(3000), fc.nat(12)),
    value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 6, 0x10, 0x20, 0x80, 0xff)),
  }),
  { minLength: 1, maxLength: 4 },
);

export function damaged(input: Uint8Array, changes: readonly { at: number; value: number }[]): Uint8Array {
  const copy = Uint8Array.from(input);
  for (const { at, value } of changes) copy[at % copy.length] = value;
  return copy;
}

function fieldBytes(field: AnyField): number {
  switch (field.type) {
    case 'OPEN':
      return 5 + field.service.length;
    case 'RESET':
      return 7;
    case 'STREAM_CREDIT':
    case 'ACK':
      return 11;
    case 'TUNNEL_CREDIT':
      return 9;
    case 'CONTROL':
      return 3 + field.sealed.length / 2;
    case 'STREAM':
      return 5 + field.data.length / 2;
    default:
      return 3 + field.body.length / 2;
  }
}
