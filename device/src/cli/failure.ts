// Turns whatever a command threw into lines for stderr and an exit status (contract.md section 2).
import { CommanderError } from 'commander';
import { deviceErrors, failureOf } from '../errors.ts';

/** Prints `error <CODE>: text`, several faults one a line below, and sets the exit status. */
export function reportFailure(error: unknown): void {
  if (error instanceof CommanderError) {
    // Commander has printed its message already. Help and version are no errors, unless help is shown for want of a command.
    const asked = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
    process.exitCode = asked ? 0 : deviceErrors.USAGE.exit;
    return;
  }
  const { code, text, exit } = failureOf(error);
  const lines = text.split('\n');
  const several = lines.length > 1 && code !== 'INTERNAL';
  const shown = several ? [`error ${code}: ${lines.length} faults`, ...lines] : [`error ${code}: ${text}`];
  process.stderr.write(`${shown.join('\n')}\n`);
  process.exitCode = exit;
}
