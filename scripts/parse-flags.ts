// Flags of the commands that have no other program around them: what is unknown ends the command with 2, as everywhere.
import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The values of the process's flags. Ends the process with `error FLAGS: …` and status 2 if they do not fit. */
export function parseFlags<const O extends Options>(
  options: O,
): ReturnType<typeof parseArgs<{ options: O }>>['values'] {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    process.stderr.write(`error FLAGS: ${(error as Error).message}\n`);
    process.exit(2);
  }
}
