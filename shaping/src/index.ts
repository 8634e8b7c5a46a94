/** The public API of @quietwire/shaping: a list of exports, nothing else. */
export * from './cover-process.ts';
export * from './create-shaper.ts';
export * from './distribution.ts';
export * from './document/config-keys.ts';
export * from './document/config.ts';
export * from './document/fault.ts';
export * from './document/schema.ts';
export * from './document/units.ts';
export * from './errors.ts';
export * from './formula/duration-law.ts';
export * from './ilp-shaper.ts';
export * from './parameters.ts';
export * from './period-clock.ts';
export * from './random.ts';
export * from './shaper.ts';
export * from './stp-shaper.ts';
