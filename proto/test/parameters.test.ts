import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ilpParameters, stpParameters } from '../scripts/vectors/samples.ts';
import { decodeControl, encodeControl } from '../src/control-codec.ts';
import type { Distribution, Parameters } from '../src/messages.ts';
import { checkParameters, fitsMinimalProfile, largestFrame } from '../src/parameters-check.ts';
import { boundParameters, parametersFit } from '../src/parameters-codec.ts';

const points = (low: number, high: number): fc.Arbitrary<number[]> =>
  fc.array(fc.integer({ min: low, max: high }), { minLength: 1, maxLength: 32 });

const interval: fc.Arbitrary<Distribution> = fc.oneof(
  fc.record({ kind: fc.constant('constant' as const), value: fc.integer({ min: 20, max: 60_000 }) }),
  fc.record({ kind: fc.constant('uniform' as const), low: fc.nat(500), high: fc.integer({ min: 500, max: 60_000 }) }),
  fc.record({
    kind: fc.constant('normal' as const),
    mean: fc.nat(60_000),
    deviation: fc.nat(60_000),
    min: fc.constant(20),
    max: fc.constant(99),
  }),
  fc.record({ kind: fc.constant('exponential' as const), mean: fc.nat(60_000) }),
  fc.record({ kind: fc.constant('lognormal' as const), median: fc.nat(60_000), sigma: fc.nat(10) }),
  points(0, 60_000).map((values) => ({ kind: 'empirical' as const, values, weights: values.map((_, at) => at + 1) })),
  points(0, 60_000).map((samples) => ({ kind: 'spline' as const, samples })),
);

test('parameters come back as they were sent, with the bounds of every draw', () => {
  fc.assert(
    fc.property(interval, interval, fc.nat(65_535), (up, down, maxStreams) => {
      const parameters: Parameters = {
        ...ilpParameters,
        upstream: { interval: up },
        downstream: { interval: down, size: { kind: 'exponential', mean: 100 } },
        maxStreams: maxStreams + (maxStreams === 0 ? 1 : 0),
      };
      const expected = structuredClone(boundParameters(parameters));
      assert.deepEqual(decodeControl(encodeControl({ parameters })).parameters, expected);
    }),
    { numRuns: 200 },
  );
});

test('draws without bounds get those of the specification', () => {
  const parameters: Parameters = {
    ...ilpParameters,
    frameSize: 700,
    upstream: {
      interval: { kind: 'exponential', mean: 90 },
      size: { kind: 'normal', mean: 300, deviation: 50, max: 400 },
    },
  };
  assert.deepEqual(boundParameters(parameters).upstream, {
    interval: { kind: 'exponential', mean: 90, min: 20, max: 60_000 },
    size: { kind: 'normal', mean: 300, deviation: 50, min: 64, max: 400 },
  });
});

test('all faults are told at once, with what is allowed', () => {
  const parameters = { ...stpParameters, frameSize: 10, longestRun: 3, leadMs: 1.5, deviceCoverRate: Number.NaN };
  assert.throws(
    () => checkParameters(parameters),
    (error: { code: string; message: string }) => {
      assert.equal(error.code, 'PARAMETERS_INVALID');
      for (const path of [
        'frameSize (got 10, allowed 64 to 16000)',
        'longestRun (got 3',
        'leadMs (got 1.5',
        'deviceCoverRate (got NaN',
      ]) {
        assert.ok(error.message.includes(path), `${path} in ${error.message}`);
      }
      return true;
    },
  );
  assert.throws(() => encodeControl({ parameters }), { code: 'PARAMETERS_INVALID' });
});

test('no background slot lies in the rest after a run, which counts one slot distance more than from its last slot', () => {
  const { restMs, leadMs } = stpParameters;
  for (const [upMs, downMs] of [
    [125, 50],
    [50, 125],
  ] as const) {
    const parameters: Parameters = {
      ...stpParameters,
      upstream: { interval: { kind: 'constant', value: upMs } },
      downstream: { interval: { kind: 'constant', value: downMs } },
    };
    const least = restMs + leadMs + 125;
    checkParameters({ ...parameters, backgroundIntervalMs: least });
    assert.throws(() => checkParameters({ ...parameters, backgroundIntervalMs: least - 1 }), {
      code: 'PARAMETERS_INVALID',
      message: new RegExp(`backgroundIntervalMs \\(got ${least - 1}, allowed at least ${least}\\)`),
    });
  }
});

test('the hold outlives a rest; in ILP it has no meaning and no bound', () => {
  const { restMs, leadMs } = stpParameters;
  const least = restMs + leadMs;
  checkParameters({ ...stpParameters, holdMs: least });
  assert.throws(() => checkParameters({ ...stpParameters, holdMs: least - 1 }), {
    code: 'PARAMETERS_INVALID',
    message: new RegExp(`holdMs \\(got ${least - 1}, allowed ${least} to `),
  });
  checkParameters({ ...ilpParameters, restMs, leadMs, holdMs: 0 });
});

test('the period is bounded in ILP too, where a closing takes it', () => {
  for (const periodMs of [1, 3_600_000]) checkParameters({ ...ilpParameters, periodMs });
  for (const periodMs of [0, 3_600_001, 1.5]) {
    assert.throws(() => checkParameters({ ...ilpParameters, periodMs }), {
      code: 'PARAMETERS_INVALID',
      message: new RegExp(`periodMs \\(got ${periodMs}, allowed .*1 to 3600000\\)`),
    });
  }
});

test('sizes in STP, where given, are the frame size', () => {
  const upstream = (value: number): Parameters['upstream'] => ({
    interval: stpParameters.upstream.interval,
    size: { kind: 'constant', value },
  });
  checkParameters({ ...stpParameters, upstream: upstream(1024) });
  assert.throws(() => checkParameters({ ...stpParameters, upstream: upstream(512) }), {
    code: 'PARAMETERS_INVALID',
    message: /upstream\.size \(got 512, allowed constant at 1024 in STP\)$/,
  });
});

test('the bytes left in ACCEPT are counted before anything is sent', () => {
  assert.ok(parametersFit(stpParameters) > 300);
  const values = Array.from({ length: 32 }, (_, at) => 20 + at);
  const interval: Distribution = { kind: 'empirical', values, weights: values };
  assert.ok(parametersFit({ ...ilpParameters, upstream: { interval }, downstream: { interval } }) < 0);
});

test('the largest frame is the larger of both sizes, and ILP has no background', () => {
  assert.equal(largestFrame(stpParameters), 1024);
  assert.equal(largestFrame({ ...stpParameters, backgroundFrameSize: 2000 }), 2000);
  assert.equal(largestFrame({ ...ilpParameters, backgroundFrameSize: 2000 }), 512);
});

test('a minimal device gets constant slots only', () => {
  assert.equal(fitsMinimalProfile(stpParameters), true);
  assert.equal(fitsMinimalProfile(ilpParameters), false);
});
