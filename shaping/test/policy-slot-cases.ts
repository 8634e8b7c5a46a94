// Cases of policies (policy-cases.ts) about the distances and sizes of slots.
import type { PolicyCase } from './policy-cases.ts';

const interval = (value: unknown): Record<string, unknown> => ({ mode: 'ILP', upstream: { interval: value } });
const size = (value: unknown): Record<string, unknown> => ({ mode: 'ILP', upstream: { size: value } });
const longName = { services: [{ name: 'n'.repeat(63), port: 1 }] };
const weights = [1, 2, 0.5];
const tooMany = Array.from({ length: 17 }, () => '50ms');

export const slotCases: readonly PolicyCase[] = [
  {
    name: 'no kind of distribution',
    change: { upstream: { interval: {} } },
    faults: ['upstream.interval'],
  },
  {
    name: 'two kinds of distribution',
    change: { upstream: { interval: { constant: '100ms', exponential: { mean: '50ms' } } } },
    faults: ['upstream.interval'],
  },
  {
    name: 'drawn slots in mode STP',
    change: { downstream: { interval: { exponential: { mean: '50ms' } } } },
    faults: ['downstream.interval'],
  },
  {
    name: 'drawn sizes in mode STP',
    change: { upstream: { size: { uniform: { low: 64, high: 128 } } } },
    faults: ['upstream.size'],
  },
  {
    name: 'constant sizes in mode STP that are the frame size',
    change: { upstream: { size: { constant: 1024 } }, downstream: { size: { constant: 1024 } } },
    faults: [],
  },
  {
    name: 'constant sizes in mode STP that are not the frame size',
    change: { upstream: { size: { constant: 512 } }, downstream: { size: { constant: 1023 } } },
    faults: ['downstream.size', 'upstream.size'],
  },
  {
    name: 'constant sizes in mode ILP below the frame size',
    change: { mode: 'ILP', upstream: { size: { constant: 512 } }, downstream: { size: { constant: 1023 } } },
    faults: [],
  },
  {
    name: 'a size above the frame size',
    change: { upstream: { size: { constant: 1025 } } },
    faults: ['upstream.size'],
  },
  {
    name: 'a least size above the frame size',
    change: size({ uniform: { low: 64, high: 16_000 }, min: 2000 }),
    faults: ['upstream.size'],
  },
  {
    name: 'drawn sizes above the frame size',
    change: size({ uniform: { low: 64, high: 1025 } }),
    faults: ['upstream.size'],
  },
  {
    name: 'listed sizes above the frame size',
    change: { mode: 'ILP', downstream: { size: { empirical: { values: [64, 1025], weights: [1, 1] } } } },
    faults: ['downstream.size'],
  },
  {
    name: 'a mean size above the frame size',
    change: size({ exponential: { mean: 1025 } }),
    faults: ['upstream.size'],
  },
  {
    name: 'a deviation above the frame size',
    change: size({ normal: { mean: 500, deviation: 1025 } }),
    faults: ['upstream.size'],
  },
  {
    name: 'a median size above the frame size',
    change: size({ lognormal: { median: 1025, sigma: 1 } }),
    faults: ['upstream.size'],
  },
  { name: 'uniform slots', change: interval({ uniform: { low: '10ms', high: '90ms' } }), faults: [] },
  {
    name: 'uniform the wrong way round',
    change: interval({ uniform: { low: '90ms', high: '20ms' } }),
    faults: ['upstream.interval.uniform.high'],
  },
  {
    name: 'normal without a deviation',
    change: interval({ normal: { mean: '90ms' } }),
    faults: ['upstream.interval.normal.deviation'],
  },
  {
    name: 'a deviation of nothing',
    change: interval({ normal: { mean: '90ms', deviation: '0s' } }),
    faults: ['upstream.interval.normal.deviation'],
  },
  {
    name: 'bounds the wrong way round',
    change: interval({ exponential: { mean: '90ms' }, min: '1s', max: '900ms' }),
    faults: ['upstream.interval.max'],
  },
  {
    name: 'a lower bound that is too low',
    change: interval({ exponential: { mean: '90ms' }, min: '19ms' }),
    faults: ['upstream.interval.min'],
  },
  { name: 'lognormal slots', change: interval({ lognormal: { median: '50ms', sigma: 1 } }), faults: [] },
  {
    name: 'lognormal with a sigma of 0',
    change: interval({ lognormal: { median: '50ms', sigma: 0 } }),
    faults: ['upstream.interval.lognormal.sigma'],
  },
  { name: 'empirical slots', change: interval({ empirical: { values: ['20ms', '50ms', '1s'], weights } }), faults: [] },
  {
    name: 'weights of another length',
    change: interval({ empirical: { values: ['20ms', '50ms'], weights } }),
    faults: ['upstream.interval.empirical.weights'],
  },
  {
    name: 'weights of nothing',
    change: interval({ empirical: { values: ['20ms'], weights: [0] } }),
    faults: ['upstream.interval.empirical.weights'],
  },
  {
    name: 'too many values',
    change: interval({ empirical: { values: tooMany, weights: tooMany.map(() => 1) } }),
    faults: ['upstream.interval.empirical.values', 'upstream.interval.empirical.weights'],
  },
  { name: 'drawn sizes', change: size({ normal: { mean: 500, deviation: 100 }, min: 100, max: 900 }), faults: [] },
  {
    name: 'sizes of the wrong kind',
    change: size({ uniform: { low: '64', high: 128 } }),
    faults: ['upstream.size.uniform.low'],
  },
  {
    name: 'constant upstream frames that cannot open a stream',
    change: { ...longName, ...size({ constant: 69 }) },
    faults: ['upstream.size'],
  },
  {
    name: 'drawn upstream frames of which none can open a stream',
    change: { ...longName, ...size({ empirical: { values: [64, 69], weights: [1, 1] } }) },
    faults: ['upstream.size'],
  },
  {
    name: 'drawn upstream frames of which one can open a stream',
    change: { ...longName, ...size({ empirical: { values: [64, 70], weights: [1, 1] } }) },
    faults: [],
  },
  {
    name: 'drawn upstream frames whose largest size cannot open a stream',
    change: { ...longName, ...size({ uniform: { low: 64, high: 69 } }) },
    faults: ['upstream.size'],
  },
  {
    name: 'drawn upstream frames whose most cannot open a stream',
    change: { ...longName, ...size({ exponential: { mean: 100 }, max: 69 }) },
    faults: ['upstream.size'],
  },
  {
    name: 'drawn upstream frames whose least size can open a stream',
    change: { ...longName, ...size({ uniform: { low: 64, high: 69 }, min: 70 }) },
    faults: [],
  },
];
