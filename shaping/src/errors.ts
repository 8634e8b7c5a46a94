// Errors of @quietwire/shaping: callers branch on `code` only; the table is what docs/errors.md is checked against.

export const shapingErrors = {
  PERIOD_NUMBER: { exit: 6, text: 'the peer announced a period number or position that cannot follow' },
  PERIODS_AHEAD: { exit: 6, text: 'the peer runs more periods ahead than the clock allows' },
} as const;

export type ShapingErrorCode = keyof typeof shapingErrors;

export class ShapingError extends Error {
  readonly code: ShapingErrorCode;

  constructor(code: ShapingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ShapingError';
    this.code = code;
  }
}
