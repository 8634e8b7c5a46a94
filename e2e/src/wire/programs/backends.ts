// The services behind the sidecar of a wire case: real TCP servers that read the PROXY header, so that each connection is
// known by its device. Echo, sink, mute (never reads), and one that writes on command.
import { createServer, type Socket } from 'node:net';

export const serviceNames = ['echo', 'sink', 'mute', 'manual'] as const;
export type ServiceName = (typeof serviceNames)[number];

const PREFIX = 16;
const TLV_SSL = 0x20;
const TLV_COMMON_NAME = 0x22;
/** Bytes of the SSL entry before its own entries: flags and result of the check. */
const SSL_HEAD = 5;
const TCP_OVER_IPV4 = 0x11;
const ADDRESS_BYTES = { v4: 12, v6: 36 } as const;

export class Backends {
  readonly #onStream: (device: string, service: ServiceName) => void;
  /** Connections of `manual`, by device, in the order in which they came. */
  readonly #manual = new Map<string, Socket[]>();

  constructor(onStream: (device: string, service: ServiceName) => void) {
    this.#onStream = onStream;
  }

  async listen(): Promise<{ name: ServiceName; port: number }[]> {
    return await Promise.all(serviceNames.map(async (name) => ({ name, port: await this.#open(name) })));
  }

  /** The device's n-th connection to `manual`; −1 is the last. */
  manual(device: string, index: number): Socket {
    const socket = this.#manual.get(device)?.at(index);
    if (socket === undefined) throw new Error(`device ${device} has no stream ${index} to manual`);
    return socket;
  }

  #open(name: ServiceName): Promise<number> {
    const server = createServer({ noDelay: true, allowHalfOpen: name !== 'sink' }, (socket) =>
      this.#accept(name, socket),
    );
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', 512, () => {
        const address = server.address();
        resolve(address !== null && typeof address === 'object' ? address.port : 0);
      });
    });
  }

  #accept(name: ServiceName, socket: Socket): void {
    socket.on('error', () => socket.destroy());
    socket.once('data', (first) => {
      const header = PREFIX + first.readUInt16BE(14);
      const device = deviceOf(first.subarray(0, header));
      if (first.length > header) socket.unshift(first.subarray(header));
      this.#serve(name, socket, device);
      this.#onStream(device, name);
    });
  }

  #serve(name: ServiceName, socket: Socket, device: string): void {
    if (name === 'echo') socket.pipe(socket);
    else if (name === 'mute') socket.pause();
    else socket.resume();
    if (name !== 'manual') return;
    socket.on('end', () => socket.end());
    this.#manual.set(device, [...(this.#manual.get(device) ?? []), socket]);
  }
}

/** The device that a PROXY v2 header names, as FLEET/DEVICE (HAProxy, doc/proxy-protocol.txt section 2.2). */
function deviceOf(header: Buffer): string {
  const addresses = ADDRESS_BYTES[header[13] === TCP_OVER_IPV4 ? 'v4' : 'v6'];
  const ssl = entryOf(header.subarray(PREFIX + addresses), TLV_SSL);
  const name = entryOf(ssl.subarray(SSL_HEAD), TLV_COMMON_NAME).toString();
  return name.slice(name.indexOf('/') + 1);
}

function entryOf(entries: Buffer, type: number): Buffer {
  for (let at = 0; at + 3 <= entries.length; ) {
    const length = entries.readUInt16BE(at + 1);
    if (entries[at] === type) return entries.subarray(at + 3, at + 3 + length);
    at += 3 + length;
  }
  throw new Error(`the PROXY header has no entry 0x${type.toString(16)}`);
}
