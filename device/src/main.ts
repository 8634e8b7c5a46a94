// Entry point of `quietwire-agent`.
import { reportFailure } from './cli/failure.ts';
import { createProgram } from './cli/program.ts';

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0); // the reader (head, less) has seen enough
  throw error;
});

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  reportFailure(error);
}
