/**
 * One stream of a device joined to its service on loopback: the PROXY header first, then bytes both ways, half-closes kept.
 * A stream that ends badly on one side ends badly on the other: never a clean end after missing bytes.
 */
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { OneShot, type ResetReason, type TimerRuntime, type TunnelStream } from '@quietwire/tunnel';
import { errorText } from '../errors.ts';

export interface ForwardTarget {
  /** On 127.0.0.1: services stand in the sidecar's own pod. */
  readonly port: number;
  /** A whole PROXY header to be written before anything else; undefined for none. */
  readonly header: Buffer | undefined;
}

export interface ForwardObserver {
  /** The service took the connection. */
  onConnected(): void;
  /** The service does not take connections. */
  onUnreachable(reason: string): void;
  /** The stream ended by an error of the service. */
  onFailed(reason: string): void;
}

const serviceHost = '127.0.0.1';
/** Loopback answers at once, unless the service's backlog is full. */
const dialTimeoutMs = 5000;

/** Dials the service and joins the two; every outcome ends both sides. */
export function forwardStream(
  stream: TunnelStream,
  target: ForwardTarget,
  runtime: TimerRuntime,
  observer: ForwardObserver,
): void {
  const service = connect({ host: serviceHost, port: target.port, allowHalfOpen: true, noDelay: true });
  const deadline = new OneShot(runtime, () => service.destroy(new Error('no answer'))).startIn(dialTimeoutMs);
  let connected = false;

  service.once('connect', () => {
    connected = true;
    deadline.cancel();
    observer.onConnected();
    if (target.header !== undefined) service.write(target.header);
    stream.pipe(service);
    service.pipe(stream);
  });
  service.once('error', (error) => {
    if (connected) observer.onFailed(errorText(error));
    else observer.onUnreachable(errorText(error));
    resetStream(stream, 'BACKEND');
  });
  service.once('close', () => {
    deadline.cancel();
    // What the service sent to its end may still wait for slots; only a bad end ends the stream.
    if (!endedWell(service)) resetStream(stream, 'BACKEND');
  });

  // The reason is told by 'close'; without a listener an error would end the process.
  stream.on('error', () => {});
  stream.once('close', () => {
    if (!endedWell(stream)) resetService(service);
  });
}

/** Whether both directions came to their ends. */
function endedWell(stream: Duplex): boolean {
  return stream.readableEnded && stream.writableFinished;
}

function resetStream(stream: TunnelStream, reason: ResetReason): void {
  if (!stream.destroyed) stream.refuse(reason);
}

function resetService(service: Socket): void {
  if (service.destroyed) return;
  if (service.connecting) service.destroy();
  else service.resetAndDestroy();
}
