// A TCP service on loopback that lives as long as its workplace.
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { Workplace } from './workplace.ts';

export interface TcpService {
  readonly port: number;
}

/** Gives every connection to `serve`; resets what is open at the end. */
export async function startTcpService(place: Workplace, serve: (socket: Socket) => void): Promise<TcpService> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}); // its peer's matter
    socket.once('close', () => sockets.delete(socket));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place.onClose(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port };
}

/** A service that sends back what it gets. */
export function startEcho(place: Workplace): Promise<TcpService> {
  return startTcpService(place, (socket) => socket.pipe(socket));
}
