/** The public API of @quietwire/shaping: a list of exports, nothing else. */
export * from './distribution.ts';
export * from './formula/duration-law.ts';
export * from './parameters.ts';
export * from './random.ts';
export * from './cover-process.ts';
export * from './create-shaper.ts';
export * from './ilp-shaper.ts';
export * from './period-clock.ts';
export * from './shaper.ts';
export * from './stp-shaper.ts';
