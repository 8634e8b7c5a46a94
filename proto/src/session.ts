// What a finished bootstrap hands to the tunnel, and the frames of 512 bytes that carry the exchange.
import type { ControlOpener, ControlSealer } from './control.ts';
import { ProtoError } from './errors.ts';
import { FrameWriter } from './frame-writer.ts';
import { limits } from './limits.ts';
import type { Aead, Extension, Parameters } from './messages.ts';

/** An authenticated session: keys per direction and the parameters to begin with. */
export interface Session {
  fleet: string;
  deviceId: string;
  /** At the cloud: which of the fleet's keys the device holds. */
  keySlot?: KeySlot;
  aead: Aead;
  seal: ControlSealer;
  open: ControlOpener;
  parameters: Parameters;
  /** Largest frame of the session, bytes, both directions. */
  maxFrame: number;
}

export type KeySlot = 'primary' | 'secondary';

/** One whole bootstrap frame. @throws ProtoError MALFORMED_MESSAGE when the body does not fit. */
export function bootstrapFrame(type: number, body: Uint8Array): Uint8Array {
  const frame = new Uint8Array(limits.bootstrapFrame);
  const writer = new FrameWriter();
  writer.begin(frame, frame.length);
  if (!writer.bootstrap(type, body))
    throw new ProtoError('MALFORMED_MESSAGE', `a bootstrap message of ${body.length} bytes`);
  return frame;
}

/** An extension that means nothing, made from a nonce; both ends send one (SPEC 17). */
export function greaseExtension(nonce: Uint8Array): Extension {
  return { type: 31 * (nonce[0] ?? 0) + 27, value: nonce.slice(1, 1 + ((nonce[1] ?? 0) & 7)) };
}
