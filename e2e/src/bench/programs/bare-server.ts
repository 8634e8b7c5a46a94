// The reference: what plain Node costs for the same frames, with no code of the product. A TLS server that writes one
// preallocated frame to every connection at its interval and drops what it reads.
import { readFileSync } from 'node:fs';
import { createServer, type TLSSocket } from 'node:tls';

const [port, certFile, keyFile, intervalMs, size] = process.argv.slice(2);
const frame = Buffer.alloc(Number(size));
const interval = Number(intervalMs);
const wheel: Set<TLSSocket>[] = Array.from({ length: interval }, () => new Set());
let joined = 0;

const server = createServer(
  {
    cert: readFileSync(certFile ?? ''),
    key: readFileSync(keyFile ?? ''),
    ALPNProtocols: ['quietwire/1'],
    noDelay: true,
  },
  (socket) => {
    const place = wheel[joined % interval];
    joined += 7;
    place?.add(socket);
    socket.on('data', () => {});
    socket.on('error', () => {});
    socket.on('close', () => place?.delete(socket));
  },
);
server.on('tlsClientError', () => {});
server.listen(Number(port), '127.0.0.1', () => process.stdout.write('ready\n'));

let next = Math.ceil(performance.now());
function tick(): void {
  const now = performance.now();
  for (; next <= now; next += 1) {
    for (const socket of wheel[next % interval] ?? []) if (socket.writableLength === 0) socket.write(frame);
  }
  setTimeout(tick, 1);
}
tick();
process.on('SIGTERM', () => process.exit(0));
