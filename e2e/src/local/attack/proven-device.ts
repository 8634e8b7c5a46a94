// An attacker with a key: goes through the bootstrap exchange as any device, then its TLS connection is the attacker's.
import { randomBytes } from 'node:crypto';
import { DeviceBootstrap, FrameReader, type FrameVisitor } from '@quietwire/proto';
import { attackerAddress, type Target } from './attack.ts';
import { RawTls } from './tls/raw-tls.ts';

const exporterLabel = 'EXPORTER-Channel-Binding'; // RFC 9266
const ACCEPT_MS = 3000;

/** Resolves when the sidecar has accepted the device. Rejects if it does not. */
export async function openProvenDevice(target: Target, index: number): Promise<RawTls> {
  const identity = target.devices[index % target.devices.length];
  if (identity === undefined) throw new Error('the attackers have no keys');
  const { port, ca, fleet } = target;
  const connection = await RawTls.open({ port, ca, source: attackerAddress, version: 'TLSv1.3' });
  const { tls } = connection;
  const bootstrap = new DeviceBootstrap({
    fleet,
    deviceId: identity.device,
    deviceKey: Buffer.from(identity.key, 'base64'),
    nonce: randomBytes(32),
    binding: { kind: 'EXPORTER', value: tls.exportKeyingMaterial(32, exporterLabel, Buffer.alloc(0)) },
    maxFrame: 16_000,
    aeads: ['AES-256-GCM'],
    profile: 'FULL',
  });
  const timer = setTimeout(() => connection.destroy(), ACCEPT_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      const receive = (type: number, body: Uint8Array): void => {
        const { send, session } = bootstrap.receive(type, body);
        if (send) tls.write(send);
        if (session) resolve();
      };
      const reader = new FrameReader(bootstrapOnly(receive), { maxFrame: 16_000, bootstrap: true });
      tls.on('data', (chunk: Buffer) => {
        try {
          reader.push(chunk);
        } catch (error) {
          reject(error);
        }
      });
      tls.once('close', () => reject(new Error(`${identity.device} was not accepted`)));
      tls.write(bootstrap.hello());
    });
  } finally {
    clearTimeout(timer);
  }
  return connection;
}

function bootstrapOnly(bootstrap: FrameVisitor['bootstrap']): FrameVisitor {
  const ignore = () => {};
  return {
    cover: ignore,
    open: ignore,
    reset: ignore,
    streamCredit: ignore,
    tunnelCredit: ignore,
    ack: ignore,
    control: ignore,
    stream: ignore,
    bootstrap,
  };
}
