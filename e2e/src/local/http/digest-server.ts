// An HTTP service that answers every request with the length and the SHA-256 of its body, and with as many bytes as it asks for.
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Workplace } from '../rig/workplace.ts';

export interface DigestServer {
  readonly port: number;
  /** Connections taken so far. */
  readonly connections: () => number;
}

export async function startDigestServer(place: Workplace): Promise<DigestServer> {
  let connections = 0;
  const server = createServer((request, response) => {
    const hash = createHash('sha256');
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      hash.update(chunk);
      bytes += chunk.length;
    });
    request.on('end', () => {
      const [, length] = /[?&]bytes=(\d+)/.exec(request.url ?? '') ?? [];
      const body =
        length === undefined ? `${request.method} ${bytes} ${hash.digest('hex')}\n` : 'x'.repeat(Number(length));
      response.writeHead(200, { 'content-type': 'text/plain', 'content-length': body.length }).end(body);
    });
  });
  server.on('connection', () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place.onClose(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}
