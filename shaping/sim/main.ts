// npm run simulate:tables: all rows of period-clock.md section 6 in full, then real against virtual runs under attack
// (section 7, check 10). Prints every figure beside what it is held against; exits 1 if one is out of its tolerance.
//   --periods N   per row (default 100000)      --rows 1,4     only these rows, from 1
//   --seed TEXT   (default 1)                   --runs N       runs of each cause for the attack (default 10000, 0: none)
import { Worker } from 'node:worker_threads';
import { parseFlags } from '../../scripts/parse-flags.ts';
import {
  attackDelays,
  describeAttack,
  leastWithFault,
  lowerEnd,
  mostAccuracy,
  mostUpperEnd,
  upperEnd,
} from './attack-settings.ts';
import type { Attack } from './attackers.ts';
import { attackRuns, faults, type IndistinctOptions } from './indistinct.ts';
import type { RowFigures } from './row-statistics.ts';
import type { RowTask } from './row-worker.ts';
import { tableRows } from './table-rows.ts';
import { judge } from './table-run.ts';

const workers = 2;
/** Runs of each cause that show a planted fault. */
const faultRuns = 2500;

const values = parseFlags({
  periods: { type: 'string', default: '100000' },
  rows: { type: 'string' },
  seed: { type: 'string', default: '1' },
  runs: { type: 'string', default: '10000' },
});

function positions(text: string | undefined): number[] {
  if (text === undefined) return tableRows.map((_, index) => index);
  return text.split(',').map((part) => Number(part) - 1);
}

/** Simulates the rows on `workers` threads; `done` is called in the order of the rows. */
async function simulateRows(
  indexes: readonly number[],
  task: RowTask,
  done: (index: number, figures: RowFigures) => void,
) {
  const waiting = [...indexes];
  const finished = new Map<number, RowFigures>();
  let printed = 0;
  const runOne = (worker: Worker): void => {
    worker.postMessage(waiting.shift() ?? -1);
  };
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./row-worker.ts', import.meta.url), { workerData: task });
      worker.on('error', reject);
      worker.on('exit', () => resolve());
      worker.on('message', ({ index, figures }: { index: number; figures: RowFigures }) => {
        finished.set(index, figures);
        for (let next = finished.get(indexes[printed] ?? -1); next !== undefined; ) {
          done(indexes[printed] as number, next);
          printed += 1;
          next = finished.get(indexes[printed] ?? -1);
        }
        runOne(worker);
      });
      runOne(worker);
    });
  await Promise.all(Array.from({ length: workers }, run));
}

let failures = 0;
process.stdout.write('measured (formula; document), relative to what binds [allowed]\n');
await simulateRows(positions(values.rows), { periods: Number(values.periods), seed: values.seed }, (index, figures) => {
  const row = tableRows[index];
  if (row === undefined) return;
  process.stdout.write(`\n${index + 1}. ${row.name}: ${figures.periods} periods\n`);
  for (const { name, measured, formula, simulated, against, tolerance, pass } of judge(row, figures)) {
    const off = measured.value / (against === 'formula' ? formula : simulated) - 1;
    const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
    process.stdout.write(
      `   ${name.padEnd(16)} ${measured.value.toPrecision(4).padStart(8)} (${formula}; ${simulated})`.padEnd(52) +
        `${percent(off).padStart(7)} of ${against} [± ${percent(tolerance)}] ${pass ? 'pass' : 'fail'}\n`,
    );
    if (!pass) failures += 1;
  }
});
process.stdout.write(`\ntables ${failures === 0 ? 'pass' : 'fail'} figures out of tolerance: ${failures}\n`);

/** Attacks one setting and says whether it may stand. */
function report(options: IndistinctOptions, name: string, stands: (attack: Attack) => boolean): void {
  const attacks = attackRuns(options);
  const pass = attacks.every(stands);
  if (!pass) failures += 1;
  process.stdout.write(`${name}: ${attacks.map(describeAttack).join(', ')} ${pass ? 'pass' : 'fail'}\n`);
}

const each = Number(values.runs);
const attackSeed = 1;
if (each > 0) {
  process.stdout.write(
    `\nreal against virtual, balanced accuracy [at most ${mostAccuracy}, interval ≤ ${mostUpperEnd.long}]\n`,
  );
  for (const [name, delay] of Object.entries(attackDelays)) {
    report({ each, delay, seed: attackSeed }, name, (attack) => {
      return attack.balancedAccuracy <= mostAccuracy && upperEnd(attack) <= mostUpperEnd.long;
    });
  }
  for (const fault of faults) {
    const delay = { baseMs: 20, jitterMs: 5 };
    const options = { each: Math.min(each, faultRuns), delay, seed: attackSeed, fault };
    report(options, `planted fault, ${fault}`, (attack) => lowerEnd(attack) > leastWithFault);
  }
}
process.exitCode = failures === 0 ? 0 : 1;
