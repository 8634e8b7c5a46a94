// All leaks that the tests must catch, those in memory and then those on the wire, in the order of the invariants.
import { coverLeaks } from './leaks/cover-leaks.ts';
import { payloadLeaks } from './leaks/payload-leaks.ts';
import { periodLeaks } from './leaks/period-leaks.ts';
import { sidecarLeaks } from './leaks/sidecar-leaks.ts';
import { slotLeaks } from './leaks/slot-leaks.ts';
import { wireLeaks } from './leaks/wire-leaks.ts';
import type { Mutant } from './mutant.ts';

export const knownLeaks: readonly Mutant[] = [
  ...slotLeaks,
  ...periodLeaks,
  ...coverLeaks,
  ...payloadLeaks,
  ...sidecarLeaks,
  ...wireLeaks,
];

/** One leak on the wire for each invariant that has wire cases, and those on the wire that no test in memory can show. */
const alwaysOnTheWire: readonly string[] = [
  'real-frames-one-byte-longer-on-the-wire',
  'bootstrap-of-another-size-for-one-fleet',
  'frame-written-in-two-parts',
  'real-frames-100-us-later',
  'quiet-bytes-leave-at-once-on-the-wire',
  'period-ends-early-on-an-empty-queue-on-the-wire',
  'period-start-only-for-payload-on-the-wire',
  'cover-from-one-end-only-on-the-wire',
  'follower-2-ms-slower-on-cover-on-the-wire',
  'activity-decided-by-the-next-background-slot-on-the-wire',
  'reading-paused-while-a-program-does-not-read',
  'first-period-only-for-payload-on-the-wire',
];

/** The short form: what CI plants. The others on the wire take minutes and are planted with `--wire`. */
export const shortLeaks: readonly Mutant[] = knownLeaks.filter(
  (leak) => !wireLeaks.includes(leak) || alwaysOnTheWire.includes(leak.name),
);

/** The number of the invariant of design.md section 3 that a leak breaks. */
export function invariantOf({ about }: Mutant): number {
  return Number(/^invariant (\d+): /.exec(about)?.[1]);
}
