// The errors of the `quietwire` command and their exit status (contract: 2 wrong flags, 3 invalid input, 4 environment,
// 6 protocol broken, 70 internal). Errors of proto and shaping keep their own codes and tables.

/** Every code that this package raises: the exit status and what it means to a user. */
export const plannerErrors = {
  USAGE: { exit: 2, text: 'wrong or missing flags or arguments' },
  INVALID_FILE: { exit: 3, text: 'a file that the command was given does not hold what it should' },
  INVALID_KEY: { exit: 3, text: 'a key file holds no key: 16 to 64 bytes in base64' },
  FILE_EXISTS: { exit: 4, text: 'the command would overwrite a file; keys are never overwritten' },
  FILE_UNREADABLE: { exit: 4, text: 'a file cannot be read' },
  FILE_UNWRITABLE: { exit: 4, text: 'a file cannot be written' },
  ADDRESS_UNAVAILABLE: { exit: 4, text: 'the address to listen on is taken, unknown or not permitted' },
  TRUNCATED: { exit: 6, text: 'the bytes end inside a frame' },
  INTERNAL: { exit: 70, text: 'a fault of the program; please report it' },
} as const satisfies Record<string, { exit: number; text: string }>;

export type PlannerErrorCode = keyof typeof plannerErrors;

/** The one error class of this package; callers branch on `code` only. `faults` are printed one a line. */
export class PlannerError extends Error {
  readonly code: PlannerErrorCode;
  readonly faults: readonly string[];

  constructor(code: PlannerErrorCode, message: string, options: { cause?: unknown; faults?: readonly string[] } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PlannerError';
    this.code = code;
    this.faults = options.faults ?? [];
  }
}
