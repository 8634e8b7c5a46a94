// Entry point of `quietwire-agent`.
import { reportFailure } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader (head, less) has seen enough
  process.stderr.write(`error FILE_UNWRITABLE: standard output: ${error.message}\n`);
  process.exit(4);
});

// An error that nobody can read is no reason for another one.
process.stderr.on('error', () => {});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  reportFailure(error);
}
