/**
 * Every error of the sidecar's process, with the exit status it ends in (contract.md section 2). What happens to one
 * connection or stream is no process error: those codes are in `events.ts`.
 */

export const sidecarErrors = {
  USAGE: { exit: 2, text: 'a command or flag is unknown or misses its value' },
  KEYS_INVALID: {
    exit: 3,
    text: 'a key of a fleet is missing or malformed in keysDir, or the certificate, its key or the ticket key is not valid',
  },
  FILE_UNREADABLE: { exit: 4, text: 'a file that the command line or the configuration names cannot be read' },
  FILE_UNWRITABLE: { exit: 4, text: 'standard output cannot be written' },
  ADDRESS_UNAVAILABLE: {
    exit: 4,
    text: 'listen.address or admin.address is taken, not of this machine or not allowed',
  },
  NODE_UNFIT: {
    exit: 4,
    text: 'this Node does not let TLS records be counted before TLS works on them; run the version that package.json pins',
  },
  DRAIN_UNDELIVERED: { exit: 7, text: 'the sidecar stopped with data that tunnels had accepted and not delivered' },
  INTERNAL: { exit: 70, text: 'a fault of the sidecar itself' },
} as const;

export type SidecarErrorCode = keyof typeof sidecarErrors;

/** Ends the process, or keeps it from starting. Faults of the configuration and of policies are `ShapingError`s. */
export class SidecarError extends Error {
  readonly code: SidecarErrorCode;

  constructor(code: SidecarErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SidecarError';
    this.code = code;
  }

  /** An error whose message has one line for each fault. */
  static listing(code: SidecarErrorCode, faults: readonly string[]): SidecarError {
    return new SidecarError(code, faults.join('\n'));
  }
}

/** The message of whatever was thrown. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Node's code of a system or TLS error (`EADDRINUSE`, `ERR_SSL_…`), or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
