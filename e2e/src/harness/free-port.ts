// Finds free ports on loopback.

import { createServer } from 'node:net';

/** As many different ports of 127.0.0.1 as asked for, free at this moment. */
export async function findFreePorts(count: number): Promise<number[]> {
  // All are held until the last is known, so that none comes twice.
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve, reject) => {
          server.once('error', reject);
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
