/**
 * How long a closing may take by the rule that does not depend on data (SPEC 12.1), and whether the clean stop has the time
 * for it. Pure.
 */
import { createSampler, type Fault, type ShapingParameters } from '@quietwire/shaping';

/** Gaps longer than this quantile of a drawn law are not waited for, as by the dead-peer rule (SPEC 12.4). */
const longestGapQuantile = 1 - 1e-9;

/**
 * The longest time from the wish to close to the close alert, ms. STP: a rest, then a run of which the period that is on T
 * after its first slot is finished. ILP: T after the next slot.
 */
export function closingBoundMs({ mode, periodMs, restMs, leadMs, downstream }: ShapingParameters): number {
  if (mode === 'STP') return 2 * periodMs + restMs + leadMs;
  return periodMs + createSampler(downstream.interval).quantile(longestGapQuantile);
}

/** Tunnels of such a policy would be cut off at a stop, and what they still hold lost (period-clock.md section 3). */
export function faultsOfClosing(parameters: ShapingParameters, deadlineMs: number): Fault[] {
  const boundMs = Math.ceil(closingBoundMs(parameters));
  if (boundMs <= deadlineMs) return [];
  const bound = parameters.mode === 'STP' ? '2 × period + rest + lead' : 'period + the longest interval';
  return [
    {
      path: ['spec', 'period'],
      message: `does not let a tunnel close within drain.deadline of ${deadlineMs}ms, it takes up to ${bound}, ${boundMs}ms`,
      got: `${parameters.periodMs}ms`,
      allowed: `a shorter period, or drain.deadline of ${boundMs}ms at least`,
    },
  ];
}
