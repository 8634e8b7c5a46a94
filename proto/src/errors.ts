// The error codes of this package, the exit status each leads to, and the one error class. Codes that travel on the wire
// are in refuse-code.ts.
import type { RefuseReason } from './refuse-code.ts';

export const protoErrors = {
  FRAME_LENGTH: { exit: 6, text: 'a frame is shorter than 64 bytes or longer than was agreed' },
  FIELD_OVERRUN: { exit: 6, text: 'a field reaches beyond the end of its frame' },
  FIELD_LENGTH: { exit: 6, text: 'a field has a length that its type does not allow' },
  UNKNOWN_FIELD: { exit: 6, text: 'a frame holds a field that is unknown and may not be skipped' },
  FIELD_NOT_ALLOWED: { exit: 6, text: 'a field came in a state of the session that does not allow it' },
  SERVICE_NAME: { exit: 6, text: 'a service name holds something else than a-z, 0-9 and -' },
  MALFORMED_MESSAGE: { exit: 6, text: 'a bootstrap or control message cannot be decoded or holds illegal values' },
  SEAL_BROKEN: {
    exit: 6,
    text: 'a sealed control message does not open: it was changed, replayed or came out of order',
  },
  SEAL_EXHAUSTED: { exit: 6, text: 'a direction has sealed as many messages as its key may seal' },
  FRAGMENT_ORDER: {
    exit: 6,
    text: 'a fragment of a control message is missing, repeated or mixed with another message',
  },
  FRAGMENT_TOO_LARGE: { exit: 6, text: 'the fragments of a control message exceed 16 KiB' },
  AUTHENTICATION: { exit: 5, text: 'the proof of the other end does not match the device key' },
  UNKNOWN_FLEET: { exit: 5, text: 'the device names a fleet for which there is no key' },
  VERSION: { exit: 5, text: 'the two ends share no cipher or no channel binding that both allow' },
  FRAME_TOO_LARGE: { exit: 5, text: 'the policy needs larger frames than the device can take' },
  NO_POLICY: { exit: 5, text: 'no policy fits the fleet and profile of the device' },
  BUSY: { exit: 5, text: 'the sidecar takes no further tunnels now' },
  REVOKED: { exit: 5, text: 'the device is on the list of revoked devices' },
  REFUSED: { exit: 5, text: 'the sidecar refused the device' },
  PARAMETERS_INVALID: { exit: 3, text: 'shaping parameters are out of their bounds' },
  PARAMETERS_TOO_LARGE: { exit: 3, text: 'the shaping parameters do not fit the 512-byte ACCEPT' },
  KEY_INVALID: { exit: 3, text: 'a key has an illegal length' },
} as const;

export type ProtoErrorCode = keyof typeof protoErrors;

/** The only error that decoders, openers and both bootstraps throw on input from outside. Branch on `code`. */
export class ProtoError extends Error {
  readonly code: ProtoErrorCode;
  /** For REFUSED: what the peer gave as its reason. */
  readonly reason: RefuseReason | undefined;

  constructor(code: ProtoErrorCode, detail?: string, options?: { cause?: unknown; reason?: RefuseReason }) {
    const text = protoErrors[code].text;
    super(
      detail === undefined ? text : `${text}: ${detail}`,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'ProtoError';
    this.code = code;
    this.reason = options?.reason;
  }

  /** Exit status of a program that ends by this error. */
  get exit(): number {
    return protoErrors[this.code].exit;
  }
}
