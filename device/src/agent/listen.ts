// Opens a local port, or tells in the user's words why it cannot be opened.
import type { AddressInfo, Server } from 'node:net';
import { type Address, formatAddress } from '@quietwire/shaping';
import { DeviceError } from '../errors.ts';

const reasons: { readonly [code: string]: string } = {
  EADDRINUSE: 'the port is taken',
  EADDRNOTAVAIL: 'the address is not of this machine',
  EACCES: 'not allowed',
  ENOTFOUND: 'no such host',
};

/**
 * @param setting the configuration key, for the message.
 * @returns the address in force.
 * @throws (rejects) DeviceError ADDRESS_UNAVAILABLE
 */
export function listen(server: Server, address: Address, setting: string): Promise<Address> {
  return new Promise((resolve, reject) => {
    const failed = (cause: NodeJS.ErrnoException): void => {
      const reason = reasons[cause.code ?? ''] ?? cause.message;
      const text = `cannot listen on ${formatAddress(address)} (${setting}): ${reason}`;
      reject(new DeviceError('ADDRESS_UNAVAILABLE', text, { cause }));
    };
    server.once('error', failed);
    server.listen({ host: address.host, port: address.port }, () => {
      server.removeListener('error', failed);
      const bound = server.address() as AddressInfo;
      resolve({ host: bound.address, port: bound.port });
    });
  });
}
