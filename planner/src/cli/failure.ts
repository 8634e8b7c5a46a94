// Turns whatever a command threw into lines for stderr and an exit status (contract section 2).

import { styleText } from 'node:util';
import { CommanderError } from 'commander';
import { PlannerError, plannerErrors } from '../errors.ts';
import { wantsColor } from './session.ts';

type ErrorTable = Readonly<Record<string, { readonly exit: number }>>;

/** Prints the error as `error <CODE>: text`, its faults one a line below, and sets the exit status. */
export async function reportFailure(error: unknown): Promise<void> {
  if (error instanceof CommanderError) {
    // Commander has printed its message already. Help and version are no errors, unless help is shown for want of a command.
    const asked = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
    process.exitCode = asked ? 0 : plannerErrors.USAGE.exit;
    return;
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [{ protoErrors }, { formatFault, ShapingError, shapingErrors }] = await Promise.all([
    import('@quietwire/proto'), // not at the start: they are slow to load and mostly not needed
    import('@quietwire/shaping'),
  ]);
  const table: ErrorTable = { ...protoErrors, ...shapingErrors, ...plannerErrors };
  const known = table[code];
  process.exitCode = (known ?? plannerErrors.INTERNAL).exit;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = [known ? renderErrorLine(code, (error as Error).message) : renderErrorLine('INTERNAL', stack)];
  if (error instanceof PlannerError) lines.push(...error.faults);
  if (error instanceof ShapingError) lines.push(...error.faults.map(formatFault));
  process.stderr.write(`${lines.join('\n')}\n`);
}

/** The line `error <CODE>: text`, with colour on a terminal. */
export function renderErrorLine(code: string, text: string): string {
  const label = `error ${code}:`;
  return `${wantsColor(process.stderr) ? styleText('red', label, { stream: process.stderr }) : label} ${text}`;
}
