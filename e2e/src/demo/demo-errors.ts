// Everything that `npm start` can end with, and the exit statuses (those of the products' own programs).

export const demoErrors = {
  USAGE: { exit: 2, text: 'an option is wrong' },
  UNREACHABLE_CONFIDENCE: { exit: 2, text: 'no cover can bring the observer below that confidence' },
  CAPTURE_INVALID: { exit: 3, text: 'the capture is in no format that the demo reads' },
  CAPTURE_UNREADABLE: { exit: 4, text: 'the capture cannot be read' },
  PORT_UNAVAILABLE: { exit: 4, text: 'the port of the page is taken or not allowed' },
  CHANGE_PENDING: {
    exit: 70,
    text: 'a change of the policy came while another was on its way; only the page can ask so',
  },
  PART_ENDED: { exit: 70, text: 'a part of the demo ended by itself or did not start' },
} as const;

export type DemoErrorCode = keyof typeof demoErrors;

export class DemoError extends Error {
  readonly code: DemoErrorCode;

  constructor(code: DemoErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DemoError';
    this.code = code;
  }
}
