/**
 * Policies to shaping parameters: what both ends of a tunnel must agree on.
 */
import type { ShapingParameters } from './parameters.ts';
import type { ShapingPolicy } from './policy.ts';
import { milliseconds, policyCover, policyModel } from './policy-model.ts';

/** f of period-clock.md section 1. */
const followerOffsetMs = 10;

/**
 * The parameters of a valid policy. `version` counts changes of the policy. Cover is split by `cover.deviceShare`; an
 * objective that nothing but ILP reaches gives mode ILP. Throws RangeError for an objective that cannot be reached, which
 * validation refuses.
 */
export function policyParameters(policy: Pick<ShapingPolicy, 'spec'>, version = 1): ShapingParameters {
  const { spec } = policy;
  const model = policyModel(policy);
  const cover = policyCover(spec, model);
  if (!cover.reached) throw new RangeError('the policy has an objective that cannot be reached');
  const always = cover.coverRate === Number.POSITIVE_INFINITY;
  const rate = always ? 0 : cover.coverRate;
  const share = spec.cover.deviceShare;
  return {
    version,
    mode: always ? 'ILP' : 'STP',
    frameSize: spec.frameSize,
    periodMs: model.periodMs,
    upstream: model.upstream,
    downstream: model.downstream,
    background: { intervalMs: model.shape.background.intervalMs, frameSize: spec.background.frameSize },
    leadMs: model.leadMs,
    holdMs: model.holdMs,
    restMs: model.restMs,
    followerOffsetMs,
    longestRun: spec.longestRun,
    quietBytes: spec.activity.quietBytes,
    activityWindowMs: milliseconds(spec.activity.window),
    cover: {
      deviceRate: rate * share,
      cloudRate: rate * (1 - share),
      deviceDurations: model.deviceDurations,
      cloudDurations: model.cloudDurations,
    },
  };
}
