// Entry point of `quietwire-sidecar`.

import { reportFailure } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader (head, less) has seen enough
  process.stderr.write(`error FILE_UNWRITABLE: standard output: ${error.message}\n`);
  process.exit(4);
});

// An error that nobody can read is no reason for another one.
process.stderr.on('error', () => {});

// A fault of our own must not leave half a sidecar behind: the pod is started anew.
process.on('uncaughtException', (error) => {
  reportFailure(error);
  process.exit();
});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  reportFailure(error);
}
