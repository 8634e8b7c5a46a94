import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decodeControl, encodeControl, ProtoError } from '@quietwire/proto';
import { testParameters } from '../../src/conform/test-parameters.ts';
import { onlySubmessage, withField } from '../../src/conform/wire-override.ts';

const none = new Uint8Array(0);

suite('changed messages', () => {
  test('the parameters of the scripted cloud are legal, and leave room in ACCEPT', () => {
    assert.equal(decodeControl(encodeControl({ parameters: testParameters })).parameters?.periodMs, 1000);
  });

  test('an appended field takes the place of the one before', () => {
    const control = encodeControl({ parameters: testParameters });
    const changed = withField(onlySubmessage(control), 4, { whole: 2000 });
    assert.equal(decodeControl(withField(none, 4, { bytes: changed })).parameters?.periodMs, 2000);
  });

  test('a value out of its bounds is one that the product refuses', () => {
    const control = encodeControl({ parameters: testParameters });
    const changed = withField(onlySubmessage(control), 16, { double: 1001 });
    assert.throws(
      () => decodeControl(withField(none, 4, { bytes: changed })),
      (error: unknown) => error instanceof ProtoError && error.code === 'MALFORMED_MESSAGE',
    );
  });

  test('an unknown field is no fault', () => {
    const start = encodeControl({ periodStart: { number: 2, position: 1, version: 1 } });
    const padded = withField(start, 1000, { bytes: new Uint8Array(900) });
    assert.equal(decodeControl(padded).periodStart?.number, 2);
  });
});
