/** Opens a port, or tells in the user's words why it cannot be opened. */
import type { AddressInfo, Server } from 'node:net';
import { type Address, formatAddress } from '@quietwire/shaping';
import { errorText, SidecarError } from '../errors.ts';

/** Node's own backlog of 511 is short for a fleet that comes back at once. */
const backlog = 4096;

/**
 * Opens the port; an empty host means all addresses, port 0 lets the system choose.
 * @param setting the configuration key, for the message.
 * @returns the address in force.
 * @throws SidecarError ADDRESS_UNAVAILABLE when it is taken, or not of this machine, or not allowed.
 */
export function listenOn(server: Server, address: Address, setting: string): Promise<Address> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      const message = `cannot listen on ${formatAddress(address)} (${setting}): ${errorText(error)}`;
      reject(new SidecarError('ADDRESS_UNAVAILABLE', message, { cause: error }));
    };
    server.once('error', failed);
    const host = address.host === '' ? {} : { host: address.host };
    server.listen({ ...host, port: address.port, backlog }, () => {
      server.removeListener('error', failed);
      const bound = server.address() as AddressInfo;
      resolve({ host: bound.address, port: bound.port });
    });
  });
}
