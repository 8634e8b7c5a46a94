// What a port of loopback does with a connection.
import { connect } from 'node:net';

/** Time in which a connection that is not wanted must be reset, ms. */
const resetWithinMs = 1000;

/** `refused`: nobody listens. `reset`: taken and reset at once, without a byte. `open`: anything else. */
export function portAnswer(port: number): Promise<'refused' | 'reset' | 'open'> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    const open = (): void => {
      resolve('open');
      socket.destroy();
    };
    const patience = setTimeout(open, resetWithinMs);
    socket.once('data', open);
    socket.once('end', open);
    socket.once('close', () => clearTimeout(patience));
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') resolve('refused');
      else if (error.code === 'ECONNRESET') resolve('reset');
      else reject(error);
    });
  });
}
