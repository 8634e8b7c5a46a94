import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RecordScanner } from '../../src/tap/record-scanner.ts';

const recordArbitrary = fc.record(
  {
    type: fc.integer({ min: 20, max: 24 }),
    length: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 16_384 + 2_048 })),
  },
  { noNullPrototype: true },
);

function encode(records: readonly { type: number; length: number }[]): Buffer {
  return Buffer.concat(
    records.map(({ type, length }) =>
      Buffer.concat([Buffer.from([type, 3, 3, length >> 8, length & 255]), Buffer.alloc(length, type)]),
    ),
  );
}

test('records are the same however the stream is cut into reads', () => {
  fc.assert(
    fc.property(
      fc.array(recordArbitrary, { maxLength: 12 }),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 20_000 })), { minLength: 1 }),
      (records, cuts) => {
        const bytes = encode(records);
        const seen: { type: number; length: number }[] = [];
        const scanner = new RecordScanner();
        for (let at = 0, cut = 0; at < bytes.length; cut += 1) {
          const next = at + (cuts[cut % cuts.length] as number);
          scanner.push(bytes.subarray(at, next), (type, length) => seen.push({ type, length }));
          at = next;
        }
        assert.deepEqual(seen, records);
        assert.equal(scanner.partial, false);
        assert.equal(scanner.foreign, false);
      },
    ),
    { numRuns: 300 },
  );
});

test('a record is reported at the read that completes it, and marked if that read held bytes of another', () => {
  const bytes = encode([
    { type: 22, length: 10 },
    { type: 23, length: 0 },
    { type: 23, length: 7 },
  ]);
  const scanner = new RecordScanner();
  const reads = [3, 12, 14, 27, 32].map((end, index, ends) => bytes.subarray(ends[index - 1] ?? 0, end));
  const seen = reads.map((read) => {
    const records: string[] = [];
    scanner.push(read, (type, length, several) => records.push(`${type}:${length}${several ? '+' : ''}`));
    return records.join(' ');
  });
  assert.deepEqual(seen, ['', '', '', '22:10+ 23:0+', '23:7']);
});

test('bytes that are no TLS end the scan for good', () => {
  for (const text of ['GET / HTTP/1.1\r\n', '\x16\x02\x00\x00\x01x', '\x17\x03\x03\xff\xff', '\x19\x03\x03\x00\x01x']) {
    const scanner = new RecordScanner();
    scanner.push(Buffer.from(text, 'latin1'), () => assert.fail('no record was expected'));
    assert.equal(scanner.foreign, true, text);
    scanner.push(encode([{ type: 23, length: 1 }]), () => assert.fail('no record was expected'));
  }
});
