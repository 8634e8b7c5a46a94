// A program of its own, run in the copy: one test of one file, and how it ended, as one line of JSON for each event.
//   node test-program.ts FILE NAME TIMEOUT_MS
import { run } from 'node:test';

export interface TestEvent {
  readonly name: string;
  readonly passed: boolean;
  /** node:test's word for what went wrong: testCodeFailure, uncaughtException, testTimeoutFailure … */
  readonly failure?: string | undefined;
  /** Code of what was thrown; ERR_ASSERTION if the test itself judged. */
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

interface Failure {
  readonly failureType?: string;
  readonly cause?: { readonly code?: string; readonly message?: string };
}

const [file = '', name = '', timeoutMs = '0'] = process.argv.slice(2);
const literal = name.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
const tests = run({
  files: [file],
  // In this process: what a test throws arrives as it was.
  isolation: 'none',
  testNamePatterns: [new RegExp(`^${literal}$`)],
  timeout: Number(timeoutMs),
});
const tell = (event: TestEvent): void => {
  process.stdout.write(`${JSON.stringify(event)}\n`);
};
tests.on('test:pass', ({ name, skip, todo }) => tell({ name, passed: skip === undefined && todo === undefined }));
tests.on('test:fail', ({ name, details }) => {
  const { failureType, cause } = details.error as unknown as Failure;
  tell({ name, passed: false, failure: failureType, code: cause?.code, message: cause?.message });
});
tests.on('end', () => process.exit(0));
tests.resume();
