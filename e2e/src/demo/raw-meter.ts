// Measures what the wire would carry without a tunnel: counting relays between the programs and the agent (what the device
// sends) and between the sidecar and the services (what the cloud sends). Forwards every read at once.

import { startTap, type Tap } from '@quietwire/planner';
import type { Direction } from '../replay/table.ts';
import type { ServicePorts } from './demo-policy.ts';

export type Service = keyof ServicePorts;

/** `bytes` of a service left their program at `timeMs` of the machine's monotonic clock. */
export type RawListener = (timeMs: number, service: Service, direction: Direction, bytes: number) => void;

export interface RawMeterOptions {
  /** Where the agent will listen. */
  readonly agent: ServicePorts;
  /** Where the services listen. */
  readonly services: ServicePorts;
  readonly listener: RawListener;
}

export interface RawMeter {
  /** Where programs of the device connect to. */
  readonly device: ServicePorts;
  /** Where the sidecar connects to. */
  readonly cloud: ServicePorts;
  close(): Promise<void>;
}

export async function startRawMeter({ agent, services, listener }: RawMeterOptions): Promise<RawMeter> {
  const relays: Tap[] = [];
  const relay = async (service: Service, counted: Direction, toPort: number): Promise<number> => {
    const tap = await startTap({
      listenHost: '127.0.0.1',
      listenPort: 0,
      toHost: '127.0.0.1',
      toPort,
      onRead: (_connection, direction, timeNs, bytes) => {
        if (direction === counted) listener(timeNs / 1e6, service, direction, bytes);
      },
    });
    relays.push(tap);
    return tap.port;
  };
  return {
    device: { mqtt: await relay('mqtt', 'up', agent.mqtt), replay: await relay('replay', 'up', agent.replay) },
    cloud: { mqtt: await relay('mqtt', 'down', services.mqtt), replay: await relay('replay', 'down', services.replay) },
    close: async () => {
      await Promise.all(relays.map((tap) => tap.close()));
    },
  };
}
