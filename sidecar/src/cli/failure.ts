// Turns whatever a command threw into lines for stderr and an exit status (contract.md section 2).

import { shapingErrors } from '@quietwire/shaping';
import { CommanderError } from 'commander';
import { sidecarErrors } from '../errors.ts';

interface Failure {
  readonly exit: number;
  readonly lines: readonly string[];
}

type ErrorTable = Readonly<Record<string, { readonly exit: number }>>;

const tables: ErrorTable = { ...shapingErrors, ...sidecarErrors };

/** Prints `error <CODE>: text` for each error, its faults one a line, and sets the exit status. */
export function reportFailure(error: unknown): void {
  const failures = error instanceof AggregateError ? error.errors.map(describe) : [describe(error)];
  const lines = failures.flatMap((failure) => failure.lines);
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
  // Where several things are wrong, what the user wrote (3) comes before what surrounds it (4).
  process.exitCode = Math.min(...failures.map((failure) => failure.exit));
}

function describe(error: unknown): Failure {
  if (error instanceof CommanderError) {
    // Commander has printed its message already. Help and version are no errors, unless help is shown for want of a command.
    const asked = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
    return { exit: asked ? 0 : sidecarErrors.USAGE.exit, lines: [] };
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const known = tables[error.code];
    if (known !== undefined) {
      const [first = '', ...rest] = error.message.split('\n');
      const lines =
        rest.length === 0
          ? [`error ${error.code}: ${first}`]
          : [`error ${error.code}: ${rest.length + 1} faults`, first, ...rest];
      return { exit: known.exit, lines };
    }
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exit: sidecarErrors.INTERNAL.exit, lines: [`error INTERNAL: ${stack}`] };
}
