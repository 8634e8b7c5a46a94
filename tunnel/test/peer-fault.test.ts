// Which ends of a tunnel say that the peer broke the protocol.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FrameWriter, ProtoError, type ProtoErrorCode, protoErrors } from '@quietwire/proto';
import { ShapingError, type ShapingErrorCode, shapingErrors } from '@quietwire/shaping';
import { isPeerFault, TunnelError, type TunnelErrorCode, tunnelErrors } from '../src/index.ts';
import { connectPair } from './pair.ts';

test('every code whose exit status says so is a fault of the peer, and no other', () => {
  for (const code of Object.keys(protoErrors) as ProtoErrorCode[])
    assert.equal(isPeerFault(new ProtoError(code)), protoErrors[code].exit === 6, code);
  for (const code of Object.keys(shapingErrors) as ShapingErrorCode[])
    assert.equal(isPeerFault(new ShapingError(code, '')), shapingErrors[code].exit === 6, code);
  for (const code of Object.keys(tunnelErrors) as TunnelErrorCode[])
    assert.equal(isPeerFault(new TunnelError(code, '')), tunnelErrors[code].exit === 6, code);
  assert.equal(isPeerFault(new Error('another')), false);
  assert.equal(isPeerFault(undefined), false);
});

test('a period that cannot follow is one', async () => {
  for (const [number, position] of [
    [40, 1],
    [2, 3],
  ] as const) {
    const { device, cloud, cloudChannel } = await connectPair();
    let error: unknown;
    cloud.onClose = (cause) => {
      error = cause;
    };
    const frame = new Uint8Array(128);
    const writer = new FrameWriter();
    writer.begin(frame, frame.length);
    writer.control(device.session.seal.seal({ periodStart: { number, position, version: 1 } }));
    cloudChannel.onRead(frame);
    assert.ok(error instanceof ShapingError && isPeerFault(error), String(error));
  }
});
