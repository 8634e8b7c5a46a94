// `npm run test:mutants [-- --list --case NAME --json F --verbose --wire]`: plants each known leak in a copy of the sources and expects the
// test that is named for it to fail. One line `mutant  caught-by` each; exit 1 on a survivor or a mutant that does not fit.
// Without --wire those that take minutes are left out; --case plants any.
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { hunt, type Outcome } from './hunt.ts';
import { knownLeaks, shortLeaks } from './known-leaks.ts';
import { labelOf, type Mutant } from './mutant.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
process.on('SIGINT', () => process.exit(130));
process.on('SIGTERM', () => process.exit(143));
process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  let values: { list?: boolean; case?: string[]; json?: string; verbose?: boolean; wire?: boolean };
  try {
    values = parseArgs({
      args: argv,
      options: {
        list: { type: 'boolean' },
        case: { type: 'string', multiple: true },
        json: { type: 'string' },
        verbose: { type: 'boolean' },
        wire: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`error FLAGS: ${(error as Error).message}\n`);
    return 2;
  }
  const wanted = values.case?.flatMap((names) => names.split(','));
  const unknown = wanted?.filter((name) => !knownLeaks.some((leak) => leak.name === name)) ?? [];
  if (unknown.length > 0) {
    process.stderr.write(`error FLAGS: no mutant ${unknown.join(', ')}; --list names them\n`);
    return 2;
  }
  const all = values.wire === true ? knownLeaks : shortLeaks;
  const chosen = wanted === undefined ? all : knownLeaks.filter(({ name }) => wanted.includes(name));
  if (values.list === true) {
    for (const leak of wanted === undefined ? knownLeaks : chosen) {
      process.stdout.write(`${leak.name}  ${leak.about}${shortLeaks.includes(leak) ? '' : ' (with --wire)'}\n`);
    }
    return 0;
  }
  return await run(chosen, values.json, values.verbose === true);
}

async function run(chosen: readonly Mutant[], json: string | undefined, verbose: boolean): Promise<number> {
  const startMs = performance.now();
  const outcomes: Outcome[] = [];
  let skipped = 0;
  const allCaught = await hunt(root, chosen, {
    onUnsound: (test, verdict) => {
      // Where a case cannot run, its mutants are skipped with it; in CI that is a failure.
      if (verdict.kind !== 'skipped') process.stderr.write(`error TEST_FAILS: without a leak, ${labelOf(test)}\n`);
      const label = labelOf(test);
      for (const { name } of chosen.filter(({ caughtBy }) => labelOf(caughtBy) === label)) {
        if (verdict.kind === 'skipped') {
          skipped += 1;
          process.stdout.write(`${name} skip ${verdict.why}\n`);
        } else process.stdout.write(`${name} broken\n`);
      }
      if (verdict.kind === 'failed') process.stderr.write(`${indent(verdict.words)}\n`);
      if (verdict.kind === 'broken') process.stderr.write(`${indent(verdict.why)}\n`);
    },
    onOutcome: (outcome) => {
      outcomes.push(outcome);
      tell(outcome, verbose);
    },
  });
  if (json !== undefined) await writeFile(json, `${JSON.stringify(outcomes.map(record), undefined, 2)}\n`);
  const caught = outcomes.filter(({ verdict }) => verdict.kind === 'failed').length;
  const seconds = Math.round((performance.now() - startMs) / 1000);
  process.stderr.write(`${caught} of ${chosen.length} leaks caught in ${seconds} s\n`);
  if (allCaught) return 0;
  return caught + skipped === chosen.length && process.env.CI === undefined ? 0 : 1;
}

function tell({ mutant, verdict }: Outcome, verbose: boolean): void {
  const { name, caughtBy } = mutant;
  if (verdict.kind === 'failed') {
    process.stdout.write(`${name}  ${labelOf(caughtBy)}\n`);
    if (verbose) process.stderr.write(`${indent(verdict.words)}\n`);
  } else if (verdict.kind === 'passed') {
    process.stdout.write(`${name} survived\n`);
    process.stderr.write(`${name}: not seen by ${labelOf(caughtBy)}\n`);
  } else {
    process.stdout.write(`${name} broken\n`);
    process.stderr.write(`${name}: ${verdict.why}\n`);
  }
}

function record({ mutant, verdict, seconds }: Outcome) {
  const pass = verdict.kind === 'failed';
  return { name: mutant.name, pass, figures: { caughtBy: labelOf(mutant.caughtBy), seconds } };
}

/** The first lines: comparisons of schedules are long. */
function indent(text: string): string {
  return text
    .split('\n')
    .slice(0, 16)
    .map((line) => `  ${line}`)
    .join('\n');
}
