// The bounds of shaping parameters (SPEC 7.3), checked before they are sent and after they are received.
import { ProtoError } from './errors.ts';
import { limits } from './limits.ts';
import type { Distribution, Parameters, Pattern } from './messages.ts';

/** @throws ProtoError PARAMETERS_INVALID that names every value out of its bounds. */
export function checkParameters(parameters: Parameters): void {
  const faults = new Faults();
  faults.whole('version', parameters.version, 1, 2 ** 32 - 1);
  faults.whole('frameSize', parameters.frameSize, limits.frameMin, limits.frameMax);
  faults.whole('maxStreams', parameters.maxStreams, 1, limits.streams);
  faults.whole('streamWindow', parameters.streamWindow, 1, limits.window);
  faults.whole('tunnelWindow', parameters.tunnelWindow, 1, limits.window);
  checkPattern(faults, 'upstream', parameters.upstream, parameters.frameSize);
  checkPattern(faults, 'downstream', parameters.downstream, parameters.frameSize);
  // In ILP a period is only the time that a closing takes (SPEC 12.1).
  if (parameters.mode === 'STP') checkPeriods(faults, parameters);
  else faults.whole('periodMs', parameters.periodMs, 1, limits.periodMax);
  faults.report();
}

/** The largest frame that these parameters can ask for, bytes: the size of no draw is above `frameSize`. */
export function largestFrame(parameters: Parameters): number {
  const background = parameters.mode === 'STP' ? parameters.backgroundFrameSize : 0;
  return Math.max(parameters.frameSize, background);
}

/** Whether a device of the minimal profile can follow these parameters: constant slots and one size (SPEC 16.1). */
export function fitsMinimalProfile(parameters: Parameters): boolean {
  const patterns = [parameters.upstream, parameters.downstream];
  return patterns.every(
    ({ interval, size }) => interval.kind === 'constant' && (size === undefined || size.kind === 'constant'),
  );
}

function checkPeriods(faults: Faults, parameters: Parameters): void {
  const { periodMs, leadMs, restMs, longestRun, backgroundIntervalMs, deviceDurations } = parameters;
  const patterns = [parameters.upstream, parameters.downstream];
  faults.whole('backgroundFrameSize', parameters.backgroundFrameSize, limits.frameMin, limits.frameMax);
  faults.whole('periodMs', periodMs, 4 * leadMs, limits.periodMax);
  faults.whole('leadMs', leadMs, 1, limits.periodMax / 4);
  // Demand that arrives in a rest outlives it, real or virtual (SPEC 9.6).
  faults.whole('holdMs', parameters.holdMs, restMs + leadMs, limits.periodMax);
  faults.whole('restMs', restMs, 1, limits.slotIntervalMax);
  faults.whole('followerOffsetMs', parameters.followerOffsetMs, 0, leadMs);
  faults.whole('backgroundIntervalMs', backgroundIntervalMs, limits.slotIntervalMin, limits.slotIntervalMax);
  // Background slots count from the last slot of a run, one interval before its end: none may lie in the rest (SPEC 9.6).
  const leastBackground = restMs + leadMs + Math.max(...patterns.map(slotDistance));
  if (backgroundIntervalMs < leastBackground)
    faults.add('backgroundIntervalMs', backgroundIntervalMs, `at least ${leastBackground}`);
  faults.whole('longestRun', longestRun, 1, limits.longestRun);
  if ((longestRun & (longestRun - 1)) !== 0) faults.add('longestRun', longestRun, 'a power of two');
  faults.whole('quietBytes', parameters.quietBytes, 0, 65_535);
  faults.whole('activityWindowMs', parameters.activityWindowMs, 1, limits.periodMax);
  faults.number('deviceCoverRate', parameters.deviceCoverRate, 0, limits.coverRate);
  const classes = 1 + Math.log2(longestRun);
  if (deviceDurations.length > classes)
    faults.add('deviceDurations', deviceDurations.length, `at most ${classes} classes`);
  deviceDurations.forEach((weight, index) => {
    faults.number(`deviceDurations[${index}]`, weight, 0, Number.MAX_VALUE);
  });
  const drawn = sum(deviceDurations);
  if (parameters.deviceCoverRate > 0 && !(drawn > 0)) faults.add('deviceDurations', drawn, 'a sum above 0');
  for (const direction of ['upstream', 'downstream'] as const) {
    const { interval, size } = parameters[direction];
    if (size !== undefined && (size.kind !== 'constant' || size.value !== parameters.frameSize)) {
      const got = size.kind === 'constant' ? size.value : size.kind;
      faults.add(`${direction}.size`, got, `constant at ${parameters.frameSize} in STP`);
    }
    if (interval.kind !== 'constant') {
      faults.add(`${direction}.interval`, interval.kind, 'constant in STP');
      continue;
    }
    const slots = periodMs / interval.value;
    const whole = Math.abs(slots - Math.round(slots)) <= 1e-9 * slots;
    if (!whole) faults.add(`${direction}.interval`, interval.value, `a divisor of ${periodMs}`);
  }
}

/** Of the constant slots that STP has, ms; others are a fault of their own. */
function slotDistance({ interval }: Pattern): number {
  return interval.kind === 'constant' ? interval.value : 0;
}

function checkPattern(faults: Faults, path: string, { interval, size }: Pattern, frameSize: number): void {
  checkDistribution(faults, `${path}.interval`, interval, limits.slotIntervalMin, limits.slotIntervalMax);
  if (size !== undefined) checkDistribution(faults, `${path}.size`, size, limits.frameMin, frameSize);
}

function checkDistribution(faults: Faults, path: string, distribution: Distribution, low: number, high: number): void {
  if (distribution.min !== undefined) faults.number(`${path}.min`, distribution.min, low, high);
  if (distribution.max !== undefined) faults.number(`${path}.max`, distribution.max, distribution.min ?? low, high);
  switch (distribution.kind) {
    case 'constant':
      faults.number(path, distribution.value, low, high);
      break;
    case 'uniform':
      faults.number(`${path}.low`, distribution.low, 0, high);
      faults.number(`${path}.high`, distribution.high, distribution.low, high);
      break;
    case 'normal':
      faults.number(`${path}.mean`, distribution.mean, 0, high);
      faults.number(`${path}.deviation`, distribution.deviation, 0, high);
      break;
    case 'exponential':
      faults.number(`${path}.mean`, distribution.mean, 0, high);
      break;
    case 'lognormal':
      faults.number(`${path}.median`, distribution.median, 0, high);
      faults.number(`${path}.sigma`, distribution.sigma, 0, 10);
      break;
    case 'empirical':
      faults.points(`${path}.values`, distribution.values, high);
      faults.points(`${path}.weights`, distribution.weights, Number.MAX_VALUE);
      if (distribution.values.length !== distribution.weights.length) {
        faults.add(`${path}.weights`, distribution.weights.length, `${distribution.values.length} weights`);
      }
      if (!(sum(distribution.weights) > 0)) faults.add(`${path}.weights`, 0, 'a sum above 0');
      break;
    case 'spline':
      faults.points(`${path}.samples`, distribution.samples, high);
      break;
  }
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

/** Collects what is out of bounds, so that all faults are told at once. */
class Faults {
  readonly #list: string[] = [];

  add(path: string, got: number | string, allowed: string): void {
    this.#list.push(`${path} (got ${got}, allowed ${allowed})`);
  }

  number(path: string, value: number, low: number, high: number): void {
    if (!(value >= low && value <= high)) this.add(path, value, `${low} to ${high}`);
  }

  whole(path: string, value: number, low: number, high: number): void {
    if (Number.isInteger(value)) this.number(path, value, low, high);
    else this.add(path, value, `whole numbers from ${low} to ${high}`);
  }

  points(path: string, values: readonly number[], high: number): void {
    if (values.length < 1 || values.length > limits.distributionPoints) {
      this.add(path, values.length, `1 to ${limits.distributionPoints} points`);
    }
    values.forEach((value, index) => {
      this.number(`${path}[${index}]`, value, 0, high);
    });
  }

  report(): void {
    if (this.#list.length > 0) throw new ProtoError('PARAMETERS_INVALID', this.#list.join('; '));
  }
}
