// The time from an MQTT CONNECT to its CONNACK, by a connection of its own: MQTT 3.1.1 sections 3.1 and 3.2.
import { connect } from 'node:net';
import { machineNowMs } from '../../replay/replay-end.ts';

const answerTimeoutMs = 10_000;
const disconnect = Buffer.from([0xe0, 0]);

/** ms from the write of CONNECT to CONNACK "accepted". Rejects on any other answer, or none within 10 s. */
export function measureConnack(port: number, clientId: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    let sentMs = 0;
    socket.setTimeout(answerTimeoutMs, () => socket.destroy(new Error(`${clientId}: no CONNACK`)));
    socket.once('connect', () => {
      sentMs = machineNowMs();
      socket.write(connectPacket(clientId));
    });
    socket.once('data', (answer) => {
      const delayMs = machineNowMs() - sentMs;
      if (answer.toString('hex') === '20020000') resolve(delayMs);
      else reject(new Error(`${clientId}: got ${answer.toString('hex')} for a CONNACK`));
      socket.end(disconnect);
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`${clientId}: closed without CONNACK`)));
  });
}

function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId);
  const body = Buffer.concat([
    Buffer.from([0, 4, ...Buffer.from('MQTT'), 4, 2, 0, 60, id.length >> 8, id.length & 255]), // clean session, 60 s
    id,
  ]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}
