// Which failures the agent waits out before its first tunnel, and which end it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtoError, type RefuseReason } from '@quietwire/proto';
import { isPermanent } from '../src/errors.ts';

test('a refusal is permanent unless it may pass; a reason of a later version counts as NO_POLICY (SPEC 14.2)', () => {
  const expected: { readonly [reason in RefuseReason]: boolean } = {
    AUTHENTICATION: true,
    UNKNOWN_FLEET: true,
    VERSION: true,
    FRAME_TOO_LARGE: true,
    NO_POLICY: false,
    BUSY: false,
    REVOKED: true,
    PROTOCOL: true,
    UNKNOWN: false,
  };
  for (const [reason, permanent] of Object.entries(expected))
    assert.equal(
      isPermanent(new ProtoError('REFUSED', 'the cloud', { reason: reason as RefuseReason })),
      permanent,
      reason,
    );
});
