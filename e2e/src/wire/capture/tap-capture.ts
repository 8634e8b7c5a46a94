// A capture by the product's counting relay (`quietwire tap`): needs no rights, its times are those of its reads.
import { startTap } from '@quietwire/planner';
import { type ConnectionCapture, newConnection, type WireCapture } from './wire-record.ts';

export async function startTapCapture(targetPort: number): Promise<WireCapture> {
  const connections: ConnectionCapture[] = [];
  const faults: string[] = [];
  const tap = await startTap({
    listenHost: '127.0.0.1',
    listenPort: 0,
    toHost: '127.0.0.1',
    toPort: targetPort,
    onOpen: (_, timeNs) => connections.push(newConnection(timeNs / 1e6)),
    onRecord: (connection, direction, timeNs, type, length, several) => {
      connections[connection - 1]?.[direction].push({ atMs: timeNs / 1e6, type, length, several });
    },
    onForeign: (connection, direction) => faults.push(`connection ${connection}, ${direction}: bytes that are not TLS`),
    onClose: (connection, timeNs, error) => {
      const entry = connections[connection - 1];
      if (entry === undefined) return;
      entry.closedMs = timeNs / 1e6;
      entry.reset = error !== undefined;
    },
  });
  return { source: 'tap', port: tap.port, connections, faults, close: () => tap.close() };
}
