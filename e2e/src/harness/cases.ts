// Runs named cases for `test:wire`, `e2e`, `audit` and `bench` alike: --list, --case NAME, --json FILE, and one line
// `NAME pass|fail FIGURE…` for each (contract.md section 1). Exit 1 if one failed; in CI a skip fails too.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';

export type Figures = Record<string, number | string>;

export interface CaseOutcome {
  readonly pass: boolean;
  readonly figures: Figures;
  /** Why it failed, for people; printed to stderr. */
  readonly faults?: readonly string[];
}

export interface CaseContext {
  /** Values of --periods, --minutes, --cuts, --seconds and the like; undefined means the short form. */
  readonly number: (flag: LengthFlag) => number | undefined;
  /** Parts of the case that were asked for (`--case NAME/PART`); none means all. */
  readonly parts: readonly string[];
  /** Prints what a person may want to read (histograms, tables); goes to stderr. */
  readonly print: (text: string) => void;
}

export interface Case {
  readonly name: string;
  readonly about: string;
  /** Cases that mostly wait run side by side; default false. */
  readonly waits?: boolean;
  /** Why it cannot run here; undefined if it can. */
  readonly blocked?: () => string | undefined | Promise<string | undefined>;
  readonly run: (context: CaseContext) => Promise<CaseOutcome>;
}

export const lengthFlags = ['periods', 'minutes', 'seconds', 'cuts', 'connections', 'frames'] as const;
export type LengthFlag = (typeof lengthFlags)[number];

/**
 * What a fault holds which says that the machine stood still too often for a verdict either way. A case that has no other
 * faults runs again by itself after the others, at most twice; how often is one of its figures. Any other fault counts at
 * once: a leak that shows now and then must not have three tries to hide.
 */
export const MACHINE_BUSY = 'the machine was too busy';
const REPEATS = 2;

type Verdict = 'pass' | 'fail' | 'skip' | 'busy';
interface CaseRecord {
  readonly name: string;
  readonly pass: boolean;
  readonly figures: Figures;
}

export interface RunOptions {
  /** How many cases that wait may run at a time (all): each may start many processes. */
  readonly sideBySide?: number;
}

/** Exit status of the command: 0 all passed, 1 one failed, 2 wrong flags. */
export async function runCases(
  cases: readonly Case[],
  argv: readonly string[],
  { sideBySide = Number.POSITIVE_INFINITY }: RunOptions = {},
): Promise<number> {
  const lengths = Object.fromEntries(lengthFlags.map((flag) => [flag, { type: 'string' as const }]));
  let values: Record<string, unknown>;
  try {
    values = parseArgs({
      args: [...argv],
      options: {
        list: { type: 'boolean' },
        case: { type: 'string', multiple: true },
        only: { type: 'string', multiple: true },
        json: { type: 'string' },
        ...lengths,
      },
    }).values;
  } catch (error) {
    process.stderr.write(`error FLAGS: ${(error as Error).message}\n`);
    return 2;
  }
  if (values.list === true) {
    for (const { name, about } of cases) process.stdout.write(`${name.padEnd(20)} ${about}\n`);
    return 0;
  }
  const asked = ((values.case ?? values.only) as string[] | undefined)?.flatMap((names) => names.split(','));
  const wanted = asked?.map((name) => name.split('/')[0]);
  const unknown = wanted?.filter((name) => !cases.some((entry) => entry.name === name)) ?? [];
  if (unknown.length > 0) {
    process.stderr.write(`error FLAGS: no case ${unknown.join(', ')}; --list names them\n`);
    return 2;
  }
  const partsOf = (name: string): string[] =>
    (asked ?? []).flatMap((text) => (text.startsWith(`${name}/`) ? [text.slice(name.length + 1)] : []));
  const contextOf = (name: string): CaseContext => ({
    parts: partsOf(name),
    number: (flag) => (values[flag] === undefined ? undefined : Number(values[flag])),
    print: (text) => process.stderr.write(`${text}\n`),
  });
  const chosen = wanted === undefined ? cases : cases.filter(({ name }) => wanted.includes(name));
  const records: CaseRecord[] = [];
  const verdicts = new Map<Verdict, number>();
  const again: Case[] = [];
  const runOne = async (entry: Case, repeats = REPEATS): Promise<void> => {
    const { verdict, record } = await outcomeOf(entry, contextOf(entry.name), repeats);
    if (verdict === 'busy') again.push(entry);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (record !== undefined) records.push(record);
  };
  for (const entry of chosen.filter(({ waits }) => waits !== true)) await runOne(entry);
  await runSideBySide(
    chosen.filter(({ waits }) => waits === true),
    sideBySide,
    runOne,
  );
  for (let repeats = REPEATS - 1; again.length > 0; repeats -= 1) {
    for (const entry of again.splice(0)) await runOne(entry, repeats);
  }
  if (typeof values.json === 'string') await writeFile(values.json, `${JSON.stringify(records, undefined, 2)}\n`);
  const failed = verdicts.get('fail') ?? 0;
  const skipped = verdicts.get('skip') ?? 0;
  return failed > 0 || (skipped > 0 && process.env.CI !== undefined) ? 1 : 0;
}

/** Runs all, in their order, at most so many at a time. */
async function runSideBySide(
  cases: readonly Case[],
  atOnce: number,
  runOne: (entry: Case) => Promise<void>,
): Promise<void> {
  const waiting = cases[Symbol.iterator]();
  const runNext = async (): Promise<void> => {
    for (const entry of waiting) await runOne(entry);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, cases.length) }, runNext));
}

/** @param repeats how often the case may still run again if the machine was too busy. */
async function outcomeOf(
  entry: Case,
  context: CaseContext,
  repeats: number,
): Promise<{ verdict: Verdict; record?: CaseRecord }> {
  const why = await entry.blocked?.();
  if (why !== undefined) {
    process.stdout.write(`${entry.name} skip ${why}\n`);
    return { verdict: 'skip' };
  }
  let outcome: CaseOutcome;
  try {
    outcome = await entry.run(context);
  } catch (error) {
    outcome = {
      pass: false,
      figures: {},
      faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
    };
  }
  for (const fault of outcome.faults ?? []) process.stderr.write(`${entry.name}: ${fault}\n`);
  const all = outcome.faults ?? [];
  if (repeats > 0 && all.length > 0 && all.every((fault) => fault.includes(MACHINE_BUSY))) {
    process.stderr.write(`${entry.name}: runs again by itself\n`);
    return { verdict: 'busy' };
  }
  if (repeats < REPEATS) outcome = { ...outcome, figures: { ...outcome.figures, reruns: REPEATS - repeats } };
  const figures = Object.entries(outcome.figures).map(([key, value]) => ` ${key}=${render(value)}`);
  process.stdout.write(`${entry.name} ${outcome.pass ? 'pass' : 'fail'}${figures.join('')}\n`);
  return {
    verdict: outcome.pass ? 'pass' : 'fail',
    record: { name: entry.name, pass: outcome.pass, figures: outcome.figures },
  };
}

function render(value: number | string): string {
  if (typeof value === 'string') return value.replaceAll(' ', '_');
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}

/** Collects faults while a case looks at its capture; passes if there are none. */
export class Faults {
  readonly list: string[] = [];
  /** Notes a fault unless `holds`. */
  expect(holds: boolean, fault: string): void {
    if (!holds) this.list.push(fault);
  }
  outcome(figures: Figures): CaseOutcome {
    return { pass: this.list.length === 0, figures, faults: this.list };
  }
}
