// Runs one named test in a copy of the workspace, in a process of its own, and says how it ended. Only a test that ran and
// judged by itself has failed: a file that does not load, an error thrown on the way or a test that hangs is no verdict.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { NamedTest, Test, WireTest } from './mutant.ts';
import type { TestEvent } from './test-program.ts';

export type Verdict =
  | { readonly kind: 'passed' }
  /** The test saw something; its words. */
  | { readonly kind: 'failed'; readonly words: string }
  /** No verdict. */
  | { readonly kind: 'broken'; readonly why: string }
  /** The case cannot run on this machine. */
  | { readonly kind: 'skipped'; readonly why: string };

const TEST_MS = 60_000;
const CASE_MS = 120_000;

export function runTest(directory: string, test: Test): Promise<Verdict> {
  return test.kind === 'test' ? runNamed(directory, test) : runCase(directory, test);
}

async function runNamed(directory: string, { file, name }: NamedTest): Promise<Verdict> {
  const program = join(directory, 'e2e/src/mutants/test-program.ts');
  const { lines, errors, late } = await runProgram(directory, TEST_MS + 5000, [
    program,
    join(directory, file),
    name,
    String(TEST_MS),
  ]);
  if (late) return broken('the test did not end', errors);
  const events = lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as TestEvent] : []));
  const event = events.find((candidate) => candidate.name === name);
  if (event === undefined)
    return broken(`no test of this name ran (${events[0]?.message ?? 'nothing was told'})`, errors);
  if (event.passed) return { kind: 'passed' };
  const words = (event.message ?? '').trim();
  if (event.failure === 'testCodeFailure' && event.code === 'ERR_ASSERTION') return { kind: 'failed', words };
  return broken(`${event.failure ?? 'it did not pass'}: ${words}`, errors);
}

async function runCase(directory: string, { name, flags = [], fault }: WireTest): Promise<Verdict> {
  const program = join(directory, 'e2e/src/wire/main.ts');
  const { lines, errors, late } = await runProgram(directory, CASE_MS, [program, '--case', name, ...flags]);
  if (late) return broken('the case did not end', errors);
  const line = lines.find((candidate) => candidate.startsWith(`${name} `));
  const verdict = line?.split(' ')[1];
  if (verdict === 'pass') return { kind: 'passed' };
  if (verdict === 'skip') return { kind: 'skipped', why: line?.slice(name.length + 6) ?? '' };
  const faults = errors.filter((candidate) => candidate.startsWith(`${name}: `));
  const found = faults.find((candidate) => fault.test(candidate));
  // A case that was thrown out of its way has a fail line, too, but no figures.
  if (verdict === 'fail' && line?.includes('=') && found !== undefined) return { kind: 'failed', words: found };
  return broken(`${line ?? 'no verdict'}, without a fault like ${fault}`, faults.length > 0 ? faults : errors);
}

function broken(why: string, errors: readonly string[]): Verdict {
  return { kind: 'broken', why: [why, ...errors.slice(-12)].join('\n') };
}

interface Output {
  readonly lines: readonly string[];
  readonly errors: readonly string[];
  readonly late: boolean;
}

function runProgram(directory: string, timeoutMs: number, args: readonly string[]): Promise<Output> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--conditions=quietwire-source', ...args], {
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    const end = (): boolean => child.kill('SIGKILL');
    process.once('exit', end);
    const said = { out: '', error: '' };
    child.stdout.on('data', (text: Buffer) => (said.out += text.toString()));
    child.stderr.on('data', (text: Buffer) => (said.error += text.toString()));
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(timer);
      process.removeListener('exit', end);
      resolve({ lines: said.out.trim().split('\n'), errors: said.error.trim().split('\n'), late });
    });
  });
}
