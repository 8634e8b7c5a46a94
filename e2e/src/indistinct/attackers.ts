// The attackers of the indistinct case, as a process of Debian's Python: hands them the rows and returns what they reached.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { featureNames } from './features.ts';

/** One run: what an attacker sees of it, and the truth. */
export interface Row {
  readonly tunnel: number;
  readonly real: boolean;
  readonly features: readonly number[];
}

export interface Reached {
  /** Balanced accuracy. */
  readonly accuracy: number;
  /** Ends of its 95 % interval. */
  readonly low: number;
  readonly high: number;
}

export interface Attack {
  readonly real: number;
  readonly cover: number;
  readonly leading: readonly (readonly [string, number])[];
  readonly attackers: Readonly<Record<string, Reached>>;
}

/** Debian's interpreter: the packages of e2e belong to it, not to another Python that may come first in PATH. */
const PYTHON = '/usr/bin/python3';

function runPython(args: readonly string[], input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(PYTHON, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (errors += data));
    child.on('error', reject);
    child.on('close', (status) =>
      status === 0 ? resolve(output) : reject(new Error(`${PYTHON} ended with ${status}: ${errors.slice(-2000)}`)),
    );
    child.stdin.end(input);
  });
}

export async function sklearnMissing(): Promise<string | undefined> {
  try {
    await runPython(['-c', 'import sklearn'], '');
    return undefined;
  } catch {
    return 'scikit-learn is missing: apt-get install python3-sklearn';
  }
}

/** Even tunnels against odd ones, both ways. */
export async function classify(rows: readonly Row[]): Promise<Attack> {
  const lines = rows.map(({ tunnel, real, features }) => [tunnel, real ? 1 : 0, ...features].join(','));
  const input = `tunnel,real,${featureNames.join(',')}\n${lines.join('\n')}\n`;
  const file = fileURLToPath(new URL('./classify.py', import.meta.url));
  return JSON.parse(await runPython([file], input)) as Attack;
}
