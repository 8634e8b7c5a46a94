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

/** Leaks on the wire that have no twin in memory; the others on the wire take minutes and are planted with `--wire`. */
const alwaysOnTheWire: readonly string[] = [
  'bootstrap-of-another-size-for-one-fleet',
  'frame-written-in-two-parts',
  'real-frames-100-us-later',
];

/** The short form: what CI plants. */
export const shortLeaks: readonly Mutant[] = knownLeaks.filter(
  (leak) => !wireLeaks.includes(leak) || alwaysOnTheWire.includes(leak.name),
);
