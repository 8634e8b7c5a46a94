/**
 * Ports that policies in force together share: what one policy may not do with a port (rules of the CRD) two may not either,
 * or a device of one fleet could pass for one of another. Pure; the sidecar's own ports are the sidecar's to check.
 */
import type { Fault } from './document/fault.ts';
import type { ShapingPolicy } from './policy.ts';

/** Faults of a policy's services beside those of other policies. */
export function sharedPortFaults(policy: ShapingPolicy, others: readonly ShapingPolicy[]): Fault[] {
  return policy.spec.services.flatMap((service, index): Fault[] => {
    const path = ['spec', 'services', index];
    for (const other of others) {
      for (const rival of other.spec.services) {
        if (rival.port !== service.port) continue;
        const where = `${rival.name} of ${other.name} at ${other.origin}`;
        if (rival.proxyProtocol !== service.proxyProtocol) {
          return [
            {
              path: [...path, 'proxyProtocol'],
              message: `shares port ${service.port} with ${where}, so that a device could write the header of another`,
              got: service.proxyProtocol,
              allowed: rival.proxyProtocol,
            },
          ];
        }
        const named = service.proxyProtocol === 'V2';
        if (named && (rival.identity === 'Device' || service.identity === 'Device')) {
          return [
            {
              path: [...path, 'identity'],
              message: `shares port ${service.port} with ${where}, where devices of both fleets could have one name`,
              got: service.identity,
              allowed: 'FleetDevice in both',
            },
          ];
        }
      }
    }
    return [];
  });
}
