// No virtual demand is shorter than the hold, whatever parameters a policy may have (SPEC.md section 10.2).
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runLengthLaw } from '../../src/formula/run-length.ts';
import { type DurationBounds, type DurationLaw, durationClasses, durationLaw, seededRandom } from '../../src/index.ts';

const random = seededRandom('duration laws');
const whole = (low: number, high: number): number => low + Math.floor(random.next() * (high - low + 1));

interface Case {
  readonly weights: readonly number[];
  readonly bounds: DurationBounds;
  readonly text: string;
}

/** Parameters as SPEC.md section 7.3 allows them: T ≥ 4 G, W ≥ g + G, and as many weights as there are classes or fewer. */
function drawCase(): Case {
  const leadMs = whole(1, 1000);
  const periodMs = whole(4 * leadMs, 4 * leadMs + 4000);
  const longestRun = 2 ** whole(0, 6);
  const holdMs = whole(100 + leadMs, Math.max(100 + leadMs, 1.2 * longestRun * periodMs));
  const weights = durationClasses(longestRun).map(() => (random.next() < 0.3 ? 0 : random.next() * 100));
  weights[whole(0, weights.length - 1)] = 1;
  while (weights.at(-1) === 0) weights.pop();
  const bounds = { periodMs, leadMs, holdMs, longestRun };
  return { weights, bounds, text: JSON.stringify({ ...bounds, weights }) };
}

/** Largest distance between F and the share of samples at or below x, at the ends of classes and between them. */
function worstShare(
  law: DurationLaw,
  samples: readonly number[],
  { periodMs, leadMs, longestRun }: DurationBounds,
): number {
  const ends = Array.from({ length: 2 * longestRun }, (_, index) => ((index + 1) * periodMs) / 2 - leadMs);
  return Math.max(
    ...ends.map((x) => Math.abs(law.cdf(x) - samples.filter((sample) => sample <= x).length / samples.length)),
  );
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the law of durations and the hold', () => {
  const cases = Array.from({ length: 400 }, drawCase);

  it('samples never fall below the hold, and agree with F, the mean and the integral', () => {
    for (const { weights, bounds, text } of cases) {
      const law = durationLaw(weights, bounds);
      const samples = Array.from({ length: 2000 }, () => law.sample(random));
      const longestMs = Math.max(bounds.holdMs, bounds.longestRun * bounds.periodMs - bounds.leadMs);
      assert.ok(
        samples.every((sample) => sample >= bounds.holdMs && sample <= longestMs),
        text,
      );
      assert.equal(law.cdf(bounds.holdMs - 1), 0, text);
      assert.ok(Math.abs(law.cdf(longestMs) - 1) < 1e-9, text);
      assert.ok(worstShare(law, samples, bounds) < 0.06, text);
      // 2,000 samples between W and the longest: 6 standard errors at most.
      const error = 6 * ((longestMs - bounds.holdMs) / 2 / Math.sqrt(2000)) + 1e-6;
      assert.ok(Math.abs(mean(samples) - law.mean) <= error, `${text}: ${mean(samples)}, ${law.mean}`);
      const halfMs = longestMs / 2;
      const below = mean(samples.map((sample) => Math.min(sample, halfMs)));
      assert.ok(Math.abs(below - law.integralSurvival(halfMs)) <= error, text);
    }
  });

  it('one number of the source makes one duration', () => {
    for (const { weights, bounds, text } of cases) {
      let used = 0;
      durationLaw(weights, bounds).sample({ next: () => [0.5][used++] ?? assert.fail(text) });
      assert.equal(used, 1, text);
    }
  });

  it('no run is shorter than the shortest that a real activity makes', () => {
    for (const { weights, bounds, text } of cases) {
      const { lengths, probabilities } = runLengthLaw(0.01, durationLaw(weights, bounds), { ...bounds, restMs: 100 });
      const shortest = lengths.find((length) => length * bounds.periodMs - bounds.leadMs >= bounds.holdMs);
      for (const [index, length] of lengths.entries()) {
        if (length < (shortest ?? bounds.longestRun)) assert.equal(probabilities[index], 0, text);
      }
    }
  });
});
