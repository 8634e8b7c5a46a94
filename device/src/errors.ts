// Errors of @quietwire/device: callers branch on `code` only; the table is what docs/errors.md is checked against. What the
// peer refuses or breaks comes with the codes of `proto` and `tunnel`.
import { ProtoError, protoErrors } from '@quietwire/proto';
import { ShapingError, shapingErrors } from '@quietwire/shaping';
import { TunnelError, tunnelErrors } from '@quietwire/tunnel';

export const deviceErrors = {
  USAGE: { exit: 2, text: 'a command or flag is unknown or misses its value' },
  OPTIONS_INVALID: { exit: 3, text: 'an option of connect() or a service name is not valid' },
  KEYS_INVALID: { exit: 3, text: 'the device key or the certificate authority is malformed' },
  FILE_UNREADABLE: { exit: 4, text: 'the configuration, the device key or the certificate authority cannot be read' },
  FILE_UNWRITABLE: { exit: 4, text: 'standard output cannot be written' },
  ADDRESS_UNAVAILABLE: { exit: 4, text: 'a local port is taken, not of this machine or not allowed' },
  UNREACHABLE: { exit: 4, text: 'the server cannot be reached, or closes before TLS stands' },
  TUNNEL_DOWN: { exit: 4, text: 'a stream was opened while no tunnel stands' },
  TUNNEL_CLOSED: { exit: 4, text: 'the tunnel was closed by this program' },
  CERTIFICATE: { exit: 5, text: 'the certificate of the server is not trusted' },
  ALPN: { exit: 5, text: 'the server does not speak quietwire/1' },
  TLS_VERSION: { exit: 5, text: 'the two ends share no TLS version that both allow' },
  TLS_FAILED: { exit: 6, text: 'the server does not answer as a TLS server' },
  INTERNAL: { exit: 70, text: 'a fault of the program; please report it' },
} as const satisfies Record<string, { exit: number; text: string }>;

export type DeviceErrorCode = keyof typeof deviceErrors;

export class DeviceError extends Error {
  readonly code: DeviceErrorCode;
  /** Told before the server had proved who it is: anybody on the path can make a device see it. */
  readonly unproven: boolean;

  constructor(code: DeviceErrorCode, message: string, options: ErrorOptions & { unproven?: boolean } = {}) {
    super(message, options);
    this.name = 'DeviceError';
    this.code = code;
    this.unproven = options.unproven ?? false;
  }
}

/** What ends a connection, as programs and logs see it. */
export interface Failure {
  readonly code: string;
  readonly text: string;
  /** Exit status of a program that ends by it (contract.md section 2). */
  readonly exit: number;
}

const hints: { readonly [reason: string]: string } = {
  AUTHENTICATION: 'the key is wrong, or the sidecar knows no such fleet or device',
  UNKNOWN_FLEET: 'the key is wrong, or the sidecar knows no such fleet or device',
  VERSION: 'no cipher or channel binding that both ends allow',
  FRAME_TOO_LARGE: 'the policy needs larger frames than this device takes',
  NO_POLICY: 'the sidecar has no policy that fits this device',
  BUSY: 'the sidecar takes no further tunnels now',
  REVOKED: 'this device is on the list of revoked devices',
  PROTOCOL: 'the sidecar does not understand this device',
};

/** The failure that an error stands for, in the user's words. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ProtoError) {
    const hint = error.reason === undefined ? undefined : (hints[error.reason] ?? 'for a reason of a later version');
    const text = hint === undefined ? error.message : `the sidecar refused: ${hint} (${error.reason})`;
    return { code: error.code, text, exit: protoErrors[error.code].exit };
  }
  if (error instanceof TunnelError) {
    const { text, exit } = tunnelErrors[error.code];
    return { code: error.code, text: `${text}: ${error.message}`, exit };
  }
  if (error instanceof DeviceError)
    return { code: error.code, text: error.message, exit: deviceErrors[error.code].exit };
  if (error instanceof ShapingError)
    return { code: error.code, text: error.message, exit: shapingErrors[error.code].exit };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'INTERNAL', text, exit: deviceErrors.INTERNAL.exit };
}

/** Refusals that may pass by themselves; a reason of a later version counts as NO_POLICY (SPEC 14.2). */
const passingRefusals: readonly (string | undefined)[] = ['BUSY', 'NO_POLICY', 'UNKNOWN'];

/**
 * Whether trying again cannot help: a peer that has shown the server's certificate refused or broke the protocol. What passes by itself
 * (no network, a busy sidecar, a policy that has not come yet) is not permanent, nor is what anybody on the path can say: a captive portal
 * answers without TLS, with an alert, or with a certificate of its own, and a device must outlast it.
 */
export function isPermanent(error: unknown): boolean {
  if (error instanceof ProtoError && passingRefusals.includes(error.reason)) return false;
  if (error instanceof DeviceError && error.unproven) return false;
  return failureOf(error).exit !== 4;
}
