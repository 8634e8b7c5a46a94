/**
 * Policies that name a port of the sidecar itself as a service: a device would reach the admin port from loopback, or the
 * devices' port from within. Pure.
 */
import type { Address, Fault } from '@quietwire/shaping';
import type { Service } from './fleet-policy.ts';

export interface OwnPorts {
  readonly listen: { readonly address: Address };
  readonly admin: { readonly address: Address };
}

/** @param services of one policy. */
export function faultsOfOwnPorts(services: readonly Service[], own: OwnPorts): Fault[] {
  const ports = [
    { key: 'admin.address', ...own.admin.address },
    { key: 'listen.address', ...own.listen.address },
  ].filter(({ host }) => coversLoopback(host));
  return services.flatMap(({ port }, index) =>
    ports
      .filter((address) => address.port === port)
      .map(({ key }) => ({
        path: ['spec', 'services', index, 'port'],
        message: `is the sidecar's own port, ${key}`,
        got: port,
        allowed: 'a port of a service',
      })),
  );
}

/** Whether who connects to 127.0.0.1, where services are, may reach a socket bound to this host. Names may mean anything. */
function coversLoopback(host: string): boolean {
  const wildcard = host === '' || host === '0.0.0.0' || host === '::';
  return wildcard || /^(::ffff:)?127\./.test(host) || !/^[\d.]+$|:/.test(host);
}
