// `npm run bench`: section 11 of design.md, product and reference side by side in one run. Machine speed is printed, never
// asserted in CI; a missed target is reported and makes the command end with 1, and so does a skip in CI.
import { writeFile } from 'node:fs/promises';
import { parseFlags } from '../../../scripts/parse-flags.ts';
import { benches } from './benches.ts';
import type { Bench, BenchResult, Scale } from './result.ts';
import { createSite, removeSite } from './servers.ts';

const values = parseFlags({
  list: { type: 'boolean' },
  only: { type: 'string' },
  json: { type: 'string' },
  connections: { type: 'string' },
  seconds: { type: 'string' },
});

if (values.list === true) {
  for (const { name, about } of benches) process.stdout.write(`${name.padEnd(16)} ${about}\n`);
  process.exit(0);
}
const chosen = values.only === undefined ? benches : benches.filter(({ name }) => name === values.only);
if (chosen.length === 0) {
  process.stderr.write(`error FLAGS: no bench ${values.only}; --list names them\n`);
  process.exit(2);
}
const site = await createSite();
const results: BenchResult[] = [];
let broken = false;
try {
  for (const bench of chosen) {
    const blocked = bench.needs?.();
    if (blocked !== undefined) {
      process.stdout.write(`${bench.name} skip ${blocked}\n`);
      // CI has everything that a bench needs: a skip there would hide that it never ran.
      if (process.env.CI !== undefined) broken = true;
      continue;
    }
    const scale = {
      connections: values.connections === undefined ? undefined : Number(values.connections),
      seconds: values.seconds === undefined ? undefined : Number(values.seconds),
    };
    for (const result of await attempt(bench, scale)) {
      results.push(result);
      process.stdout.write(`${render(result)}\n`);
    }
  }
} finally {
  await removeSite(site);
}
if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(results, undefined, 2)}\n`);
process.exitCode = broken || results.some(({ met }) => met === false) ? 1 : 0;

/** The others still run when one cannot: its load may be more than the machine carries. */
async function attempt(bench: Bench, scale: Scale): Promise<BenchResult[]> {
  try {
    return await bench.run(site, scale);
  } catch (error) {
    process.stderr.write(`error BENCH_FAILED: ${bench.name}: ${(error as Error).message}\n`);
    broken = true;
    return [];
  }
}

/** `NAME pass|fail value unit (reference, ratio; target)`; without a target there is nothing to miss. */
function render({ name, value, unit, reference, ratio, target, met }: BenchResult): string {
  const verdict = met === false ? 'fail' : 'pass';
  const parts = [`value=${round(value)}${unit}`];
  if (reference !== undefined) parts.push(`reference=${round(reference)}${unit}`);
  if (ratio !== undefined) parts.push(`ratio=${round(ratio)}`);
  if (target !== undefined) parts.push(`target=${target.replaceAll(' ', '')}`);
  return `${name} ${verdict} ${parts.join(' ')}`;
}

function round(value: number): string {
  return String(Number(value.toPrecision(3)));
}
