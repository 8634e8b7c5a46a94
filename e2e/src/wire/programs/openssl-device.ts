// A device whose TLS somebody else speaks: `openssl s_client` in a process of its own, with max_fragment_length, which Node
// cannot ask for. Our device's end runs over the child's pipes, bound to the server's certificate.
import { type ChildProcess, spawn } from 'node:child_process';
import type { X509Certificate } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { certificateBinding } from '@quietwire/proto';
import {
  type ByteChannel,
  defaultTunnelLimits,
  establishAsDevice,
  FramePool,
  parametersFromMessage,
  type Runtime,
  Tunnel,
} from '@quietwire/tunnel';

export interface OpensslDevice {
  readonly fleet: string;
  readonly device: string;
  readonly key: Uint8Array;
  readonly port: number;
  /** PEM. */
  readonly ca: string;
  readonly version: 'TLSv1.2' | 'TLSv1.3';
  /** 512, 1024, 2048 or 4096 (RFC 6066 section 4); also the largest frame that the device states. */
  readonly maxFragment: number;
}

const ESTABLISH_MS = 10_000;

/** Rejects as `establishAsDevice`. */
export async function connectThroughOpenssl(options: OpensslDevice, runtime: Runtime): Promise<Tunnel> {
  const { fleet, device, key, port, ca, version, maxFragment } = options;
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-openssl-'));
  const caFile = join(directory, 'ca.crt');
  await writeFile(caFile, ca);
  const der = await leafCertificate(port, ca);
  const flags = ['-connect', `127.0.0.1:${port}`, '-CAfile', caFile, '-verify_return_error', '-quiet'];
  const choice = [version === 'TLSv1.3' ? '-tls1_3' : '-tls1_2', '-maxfraglen', String(maxFragment)];
  const client = spawn('openssl', ['s_client', ...flags, ...choice, '-alpn', 'quietwire/1'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  client.once('close', () => void rm(directory, { recursive: true, force: true }));
  const channel = pipeChannel(client);
  return await establishAsDevice(
    {
      channel,
      runtime,
      deadlineMs: ESTABLISH_MS,
      createTunnel: (session) =>
        new Tunnel({
          channel,
          session,
          role: 'device',
          parameters: parametersFromMessage(session.parameters),
          limits: defaultTunnelLimits,
          runtime,
          pool: new FramePool(),
        }),
    },
    {
      fleet,
      deviceId: device,
      deviceKey: key,
      nonce: runtime.randomBytes(32),
      binding: { kind: 'CERTIFICATE', value: certificateBinding(der) },
      maxFrame: maxFragment,
      aeads: ['CHACHA20-POLY1305', 'AES-256-GCM'],
      profile: 'FULL',
    },
  );
}

/** The server's leaf certificate, which s_client has but does not hand on. */
async function leafCertificate(port: number, ca: string): Promise<Uint8Array> {
  const socket = connect({ host: '127.0.0.1', port, ca, ALPNProtocols: ['quietwire/1'] });
  socket.on('error', () => {});
  const certificate = await new Promise<X509Certificate | undefined>((resolve, reject) => {
    socket.once('secureConnect', () => resolve(socket.getPeerX509Certificate()));
    socket.once('error', reject);
  });
  socket.destroy();
  if (certificate === undefined) throw new Error('the server showed no certificate');
  return certificate.raw;
}

function pipeChannel(client: ChildProcess): ByteChannel {
  const { stdin, stdout } = client;
  if (stdin === null || stdout === null) throw new Error('openssl has no pipes');
  const channel: ByteChannel = {
    write: (frame) => {
      stdin.write(frame);
    },
    get writePending() {
      return stdin.writableLength > 0;
    },
    end: () => {
      stdin.end();
    },
    destroy: () => {
      client.kill();
    },
    onRead: () => {},
    onClose: () => {},
  };
  stdin.on('error', () => {});
  stdout.on('data', (chunk: Buffer) => channel.onRead(chunk));
  client.once('error', (error) => channel.onClose(error));
  client.once('close', () => channel.onClose());
  return channel;
}
