// Finds free ports on loopback.

import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Below the range from which the kernel takes ports of outgoing connections: none of those takes a port that was found. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** As many different ports of 127.0.0.1 as asked for, free at this moment. */
export async function findFreePorts(count: number): Promise<number[]> {
  // All are held until the last is known, so that none comes twice.
  const held: { server: Server; port: number }[] = [];
  while (held.length < count) {
    const port = randomInt(LOWEST, HIGHEST);
    const server = createServer();
    if (await listens(server, port)) held.push({ server, port });
  }
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return held.map(({ port }) => port);
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
}
