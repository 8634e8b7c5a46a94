// `npm run fuzz -- --seconds N [--seed N] [--target NAME]`: mutates the corpus against every decoder. Prints one line for each
// target; an input that breaks a promise is written to the corpus, and the exit status is 1.
import { parseFlags } from '../../scripts/parse-flags.ts';
import { keepCrash, loadCorpus } from './corpus.ts';
import { mutate, seededNumbers } from './mutate.ts';
import { targets } from './targets.ts';

/** An input that takes more processor time is a fault: an attacker would send it again and again. */
const slowestMs = 500;

const values = parseFlags({
  seconds: { type: 'string', default: '60' },
  seed: { type: 'string' },
  target: { type: 'string' },
});
const seconds = Number(values.seconds);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const corpus = loadCorpus().filter(({ target }) => values.target === undefined || target === values.target);
if (!(seconds > 0) || !Number.isInteger(seed) || corpus.length === 0) {
  process.stderr.write(
    `error FLAGS: --seconds above 0, --seed whole, --target one of ${Object.keys(targets).join(', ')}\n`,
  );
  process.exit(2);
}

process.stdout.write(`seed ${seed}, ${corpus.length} inputs, ${seconds} s\n`);
const random = seededNumbers(seed);
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const runs = new Map<string, number>();
let crashes = 0;

function attempt(target: string, input: Uint8Array): void {
  const run = targets[target];
  if (run === undefined) throw new Error(`no target ${target}`);
  runs.set(target, (runs.get(target) ?? 0) + 1);
  const before = process.cpuUsage();
  try {
    run(input);
    if (process.cpuUsage(before).user > slowestMs * 1000)
      throw new Error(`more than ${slowestMs} ms of processor time`);
  } catch (error) {
    crashes += 1;
    process.stderr.write(`error FUZZ_CRASH: ${keepCrash(target, input)}: ${(error as Error).message}\n`);
  }
}

for (const { target, input } of corpus) attempt(target, input);
const endMs = performance.now() + seconds * 1000;
while (performance.now() < endMs && crashes < 20) {
  const { target, input } = pick(corpus);
  attempt(target, mutate(input, pick(corpus).input, random));
}

for (const [target, count] of [...runs].sort()) process.stdout.write(`${target.padEnd(10)} ${count}\n`);
process.stdout.write(`memory ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB, crashes ${crashes}\n`);
if (crashes > 0) process.exitCode = 1;
