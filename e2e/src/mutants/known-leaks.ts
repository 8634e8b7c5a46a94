// All leaks that the tests must catch, in the order of the invariants.
import { coverLeaks } from './leaks/cover-leaks.ts';
import { payloadLeaks } from './leaks/payload-leaks.ts';
import { periodLeaks } from './leaks/period-leaks.ts';
import { slotLeaks } from './leaks/slot-leaks.ts';
import type { Mutant } from './mutant.ts';

export const knownLeaks: readonly Mutant[] = [...slotLeaks, ...periodLeaks, ...coverLeaks, ...payloadLeaks];
