// Errors of @quietwire/tunnel: callers branch on `code` only; the table is what docs/errors.md is checked against.
import { getSystemErrorMap } from 'node:util';
import { ProtoError, protoErrors } from '@quietwire/proto';
import { ShapingError, shapingErrors } from '@quietwire/shaping';
import type { ResetReason } from './stream.ts';

export const tunnelErrors = {
  TUNNEL_BOOTSTRAP_TIMEOUT: { exit: 4, text: 'the bootstrap exchange did not end within its deadline' },
  TUNNEL_PEER_CLOSED: { exit: 4, text: 'the peer closed the connection' },
  TUNNEL_PEER_DEAD: {
    exit: 4,
    text: 'no frame came for 10 s or three of the longest slot distances, whichever is longer',
  },
  TUNNEL_UNDELIVERED: { exit: 7, text: 'the tunnel ended with data that the peer had not acknowledged' },
  TUNNEL_CLOSING: { exit: 4, text: 'a stream was opened on a tunnel that closes' },
  TUNNEL_STREAM_LIMIT: { exit: 4, text: 'this end has as many streams open as the limits allow' },
  TUNNEL_SERVICE_NAME: { exit: 4, text: 'no frame of the policy has room for an OPEN of this service' },
  TUNNEL_STREAM_STATE: { exit: 6, text: 'the peer used a stream in a way that its state does not allow' },
  TUNNEL_CREDIT: { exit: 6, text: 'the peer sent more than the credit that it was given' },
  TUNNEL_FRAME_RATE: { exit: 6, text: 'the peer sent more frames, or control messages, than its slots allow' },
  TUNNEL_RECORDS: { exit: 6, text: 'the peer sent TLS records that its frames do not explain' },
  TUNNEL_CLOSE_OVERDUE: { exit: 6, text: 'the peer said that it would close, and did not in two periods and more' },
  TUNNEL_PARAMETERS: { exit: 6, text: 'STP parameters have drawn slot distances; those of a peer fail before' },
} as const;

export type TunnelErrorCode = keyof typeof tunnelErrors;

export class TunnelError extends Error {
  readonly code: TunnelErrorCode;

  constructor(code: TunnelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'TunnelError';
    this.code = code;
  }
}

/** Exit status of errors that say that the peer broke the protocol (contract.md section 2). */
const PEER_FAULT_EXIT = 6;

/** Whether a tunnel ended because its peer broke the protocol: each code's table says so by its exit status. */
export function isPeerFault(error: unknown): boolean {
  if (error instanceof ProtoError) return protoErrors[error.code].exit === PEER_FAULT_EXIT;
  if (error instanceof ShapingError) return shapingErrors[error.code].exit === PEER_FAULT_EXIT;
  return error instanceof TunnelError && tunnelErrors[error.code].exit === PEER_FAULT_EXIT;
}

/**
 * What a program sees on a stream whose tunnel was lost or whose peer reset it: the error of a net.Socket. `reason` is there
 * if the peer gave one.
 */
export interface StreamResetError extends NodeJS.ErrnoException {
  readonly reason?: ResetReason;
}

/** The number that Node gives the error on this system. */
const resetErrno = [...getSystemErrorMap()].find(([, [name]]) => name === 'ECONNRESET')?.[0];

export function streamReset(text: string, reason?: ResetReason): StreamResetError {
  const fields = { errno: resetErrno, code: 'ECONNRESET', syscall: 'read' };
  const error = Object.assign(new Error(`read ECONNRESET (${text})`), fields);
  return reason === undefined ? error : Object.assign(error, { reason });
}
