// Peers that misbehave on purpose: bytes on a plain connection, bytes inside TLS, and a device that keeps to the bootstrap
// exchange as far as it is told to. Each resolves with how the sidecar ended the connection.
import { randomBytes } from 'node:crypto';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { DeviceBootstrap, FrameReader, type FrameVisitor } from '@quietwire/proto';
import { machineNowMs } from '../../replay/replay-end.ts';

const alpn = 'quietwire/1';
const exporterLabel = 'EXPORTER-Channel-Binding'; // RFC 9266
/** Longer than any deadline of the sidecar. */
const patienceMs = 15_000;

export interface Ending {
  /** From the connection's begin to its end; Infinity if it did not end in time. */
  readonly afterMs: number;
  /** Bytes that came, inside TLS where there is TLS. */
  readonly received: number;
  /** Node's code of the error, if it ended by one. */
  readonly error: string | undefined;
}

/** A plain TCP connection that sends `bytes`, if any, and waits. */
export function plainPeer(port: number, bytes: Uint8Array | string): Promise<Ending> {
  const socket = connectPlain({ host: '127.0.0.1', port });
  socket.once('connect', () => bytes.length > 0 && socket.write(bytes));
  return ending(socket);
}

export interface TlsPeerOptions {
  readonly port: number;
  readonly ca: string;
  /** Default: quietwire/1. */
  readonly protocols?: readonly string[];
  /** Sent when the handshake is done. */
  readonly bytes?: Uint8Array;
}

/** A TLS connection that sends `bytes`, if any, and waits. */
export function tlsPeer({ port, ca, protocols = [alpn], bytes = new Uint8Array() }: TlsPeerOptions): Promise<Ending> {
  const socket = dial(port, ca, protocols);
  socket.once('secureConnect', () => bytes.length > 0 && socket.write(bytes));
  return ending(socket);
}

export interface RawDeviceOptions {
  readonly port: number;
  readonly ca: string;
  readonly fleet: string;
  readonly device: string;
  readonly deviceKey: Uint8Array;
  /** A PROOF frame of another connection, to be sent in place of the own one. */
  readonly replayedProof?: Uint8Array;
  /** Sent when the tunnel stands. */
  readonly bytes?: Uint8Array;
}

export interface RawDeviceEnding extends Ending {
  /** Whether the sidecar accepted the device. */
  readonly accepted: boolean;
  /** The PROOF frame that was sent. */
  readonly proof: Uint8Array | undefined;
  /** What the sidecar refused it for. */
  readonly refusal: string | undefined;
}

/** A device that sends nothing but the bootstrap exchange and then `bytes`. */
export async function rawDevice(options: RawDeviceOptions): Promise<RawDeviceEnding> {
  const socket = dial(options.port, options.ca, [alpn]);
  let accepted = false;
  let proof: Uint8Array | undefined;
  let refusal: string | undefined;
  socket.once('secureConnect', () => {
    const bootstrap = new DeviceBootstrap({
      fleet: options.fleet,
      deviceId: options.device,
      deviceKey: options.deviceKey,
      nonce: randomBytes(32),
      binding: { kind: 'EXPORTER', value: socket.exportKeyingMaterial(32, exporterLabel, Buffer.alloc(0)) },
      maxFrame: 16_000,
      aeads: ['AES-256-GCM'],
      profile: 'FULL',
    });
    const receive = (type: number, body: Uint8Array): void => {
      const { send, session } = bootstrap.receive(type, body);
      if (send) {
        proof = options.replayedProof ?? send;
        socket.write(proof);
      }
      if (session) {
        accepted = true;
        reader.enterSession(session.maxFrame);
        if (options.bytes) socket.write(options.bytes);
      }
    };
    const reader = new FrameReader(ignoringAllBut(receive), { maxFrame: 16_000, bootstrap: true });
    socket.on('data', (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        refusal ??= (error as Error).message;
      }
    });
    socket.write(bootstrap.hello());
  });
  return { ...(await ending(socket)), accepted, proof, refusal };
}

function dial(port: number, ca: string, protocols: readonly string[]): TLSSocket {
  return connectTls({ host: '127.0.0.1', port, ca, servername: 'localhost', ALPNProtocols: [...protocols] });
}

function ending(socket: Socket): Promise<Ending> {
  const startMs = machineNowMs();
  return new Promise((resolve) => {
    let received = 0;
    let error: string | undefined;
    const settle = (afterMs: number) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ afterMs, received, error });
    };
    const timer = setTimeout(() => settle(Number.POSITIVE_INFINITY), patienceMs);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      error ??= cause.code ?? cause.message;
    });
    socket.once('close', () => settle(machineNowMs() - startMs));
  });
}

function ignoringAllBut(bootstrap: FrameVisitor['bootstrap']): FrameVisitor {
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
