// Plants the leaks one after another and asks for each the test that must see it. First the same tests run without a leak:
// one that fails then would catch anything.
import { labelOf, type Mutant, type Test } from './mutant.ts';
import { runTest, type Verdict } from './run-test.ts';
import { WorkspaceCopy } from './workspace-copy.ts';

export interface Outcome {
  readonly mutant: Mutant;
  /** `failed` is what is wanted. */
  readonly verdict: Verdict;
  readonly seconds: number;
}

export interface HuntReport {
  /** A test that gives no clean pass without a leak. */
  onUnsound(test: Test, verdict: Verdict): void;
  onOutcome(outcome: Outcome): void;
}

/** Copies, and so tests, side by side. */
const LANES = 2;
const WIRE_TRIES = 3;

/** @returns whether every leak was caught, by a test that passes without it. */
export async function hunt(root: string, mutants: readonly Mutant[], report: HuntReport): Promise<boolean> {
  const copies = Array.from({ length: LANES }, () => new WorkspaceCopy(root));
  const remove = (): void => {
    for (const copy of copies) copy.remove();
  };
  process.once('exit', remove);
  try {
    const sound = await checkTests(copies, mutants, report);
    let caught = true;
    const tried = mutants.filter(({ caughtBy }) => sound.has(labelOf(caughtBy)));
    await share(
      copies,
      tried,
      ({ caughtBy }) => caughtBy,
      async (copy, mutant) => {
        const outcome = await tryMutant(copy, mutant);
        if (outcome.verdict.kind !== 'failed') caught = false;
        report.onOutcome(outcome);
      },
    );
    return caught && tried.length === mutants.length;
  } finally {
    remove();
    process.removeListener('exit', remove);
  }
}

/** @returns the labels of the tests that pass without a leak. */
async function checkTests(
  copies: readonly WorkspaceCopy[],
  mutants: readonly Mutant[],
  report: HuntReport,
): Promise<Set<string>> {
  const tests = new Map(mutants.map(({ caughtBy }) => [labelOf(caughtBy), caughtBy]));
  const sound = new Set<string>();
  await share(
    copies,
    [...tests.values()],
    (test) => test,
    async ({ directory }, test) => {
      const verdict = await attempt(directory, test, ({ kind }) => kind === 'passed');
      if (verdict.kind === 'passed') sound.add(labelOf(test));
      else report.onUnsound(test, verdict);
    },
  );
  return sound;
}

async function tryMutant(copy: WorkspaceCopy, mutant: Mutant): Promise<Outcome> {
  const startMs = performance.now();
  let verdict: Verdict;
  try {
    verdict = await copy.with(mutant, async (ran) => {
      const result = await attempt(copy.directory, mutant.caughtBy, ({ kind }) => kind !== 'broken');
      return ran() || result.kind === 'broken' ? result : { kind: 'broken', why: 'the changed file was not loaded' };
    });
  } catch (error) {
    verdict = { kind: 'broken', why: error instanceof Error ? error.message : String(error) };
  }
  return { mutant, verdict, seconds: (performance.now() - startMs) / 1000 };
}

/** A case on real sockets whose machine stood still, or that was looked at too shortly, may say nothing: it is tried again. */
async function attempt(directory: string, test: Test, isClear: (verdict: Verdict) => boolean): Promise<Verdict> {
  let verdict = await runTest(directory, test);
  for (let tries = 1; test.kind === 'wire' && tries < WIRE_TRIES; tries += 1) {
    if (isClear(verdict) || verdict.kind === 'skipped') break;
    verdict = await runTest(directory, test);
  }
  return verdict;
}

/** Hands the entries to the copies as they become free; then those whose test wants to be alone, one after another. */
async function share<Entry>(
  copies: readonly WorkspaceCopy[],
  entries: readonly Entry[],
  testOf: (entry: Entry) => Test,
  run: (copy: WorkspaceCopy, entry: Entry) => Promise<void>,
): Promise<void> {
  const isAlone = (entry: Entry): boolean => {
    const test = testOf(entry);
    return test.kind === 'wire' && test.alone === true;
  };
  const waiting = entries.filter((entry) => !isAlone(entry));
  await Promise.all(
    copies.map(async (copy) => {
      for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) await run(copy, entry);
    }),
  );
  const [copy] = copies;
  if (copy === undefined) return;
  for (const entry of entries.filter(isAlone)) await run(copy, entry);
}
