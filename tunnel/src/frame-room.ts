// What the frames of a policy have room for (SPEC.md sections 6.4 and 11.1).
import { limits } from '@quietwire/proto';
import { createSampler, type Role, type ShapingParameters } from '@quietwire/shaping';

/** Bytes of a frame that are no field of a name: its length, and type, length and identifier of an OPEN. */
const AROUND_A_NAME = 2 + 5;

/** Bytes of a frame that are no payload of its one stream: its length, and type, length and identifier of two STREAM fields, since
 *  one piece that the program wrote may end in it and the next begin. */
const AROUND_PAYLOAD = 2 + 2 * 5;

/** Frames of this size, bytes, and larger ones keep room for a second control field: one that arises after the first was sealed. */
const LARGE_FRAME = 256;

/** Bytes that payload leaves free in a frame of `size`, so that what the schedule has to say waits for no payload. */
export function controlRoomOf({ mode }: ShapingParameters, size: number): number {
  if (mode !== 'STP') return 0;
  return size < LARGE_FRAME ? limits.controlRoom : 2 * limits.controlRoom;
}

/** The largest frame that the peer of `role` may send, bytes (SPEC.md section 3.1). */
export function largestPeerFrame(parameters: ShapingParameters, role: Role): number {
  const { mode, frameSize, background, upstream, downstream } = parameters;
  const largest = Math.min(frameSize, createSampler((role === 'device' ? downstream : upstream).size).max);
  return mode === 'STP' ? Math.max(largest, background.frameSize) : largest;
}

/** Payload of one stream, written in pieces no smaller, that a frame of `size` bytes has room for at least, beside what the schedule may have to say. */
export function payloadRoomOf(parameters: ShapingParameters, size: number): number {
  return Math.max(0, size - AROUND_PAYLOAD - controlRoomOf(parameters, size));
}

/** Bytes of a service's name for which every frame in which an OPEN may leave has room. */
export function serviceRoomOf(parameters: ShapingParameters): number {
  const { mode, frameSize, background, upstream } = parameters;
  const smallest = mode === 'ILP' ? createSampler(upstream.size).max : Math.min(frameSize, background.frameSize);
  return smallest - AROUND_A_NAME - controlRoomOf(parameters, smallest);
}
