// Errors of @quietwire/shaping: callers branch on `code` only; the table is what docs/errors.md is checked against.

import { type Fault, formatFault } from './document/fault.ts';

export const shapingErrors = {
  PERIOD_NUMBER: { exit: 6, text: 'the peer announced a period number or position that cannot follow' },
  PERIODS_AHEAD: { exit: 6, text: 'the peer runs more periods ahead than the clock allows' },
  POLICY_INVALID: { exit: 3, text: 'a policy has faults; each is listed with its path' },
  CONFIG_INVALID: { exit: 3, text: 'the configuration has faults; each is listed with its path' },
} as const;

export type ShapingErrorCode = keyof typeof shapingErrors;

/** More than a reader takes in; a file of nothing but faults must not fill the log. */
export const faultsTold = 100;

export class ShapingError extends Error {
  readonly code: ShapingErrorCode;
  /** All faults of the document, for POLICY_INVALID and CONFIG_INVALID. */
  readonly faults: readonly Fault[];

  constructor(code: ShapingErrorCode, message: string, options: ErrorOptions & { faults?: readonly Fault[] } = {}) {
    super(message, options);
    this.name = 'ShapingError';
    this.code = code;
    this.faults = options.faults ?? [];
  }

  /** The error of a document with faults; its message has one line for each, up to `faultsTold` and one that counts the rest. */
  static invalid(code: 'POLICY_INVALID' | 'CONFIG_INVALID', faults: readonly Fault[]): ShapingError {
    const told = faults.slice(0, faultsTold);
    const lines = told.map(formatFault);
    if (faults.length > told.length) lines.push(`and ${faults.length - told.length} further faults`);
    return new ShapingError(code, lines.join('\n'), { faults: told });
  }
}
