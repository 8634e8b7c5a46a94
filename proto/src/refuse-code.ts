// The codes that REFUSE carries (SPEC 14.2) and which of our errors each stands for.

export const refuseCodes = {
  AUTHENTICATION: 1,
  UNKNOWN_FLEET: 2,
  VERSION: 3,
  FRAME_TOO_LARGE: 4,
  NO_POLICY: 5,
  BUSY: 6,
  REVOKED: 7,
  PROTOCOL: 8,
} as const;

export type RefuseReason = keyof typeof refuseCodes | 'UNKNOWN';

const reasons = new Map<number, RefuseReason>(
  Object.entries(refuseCodes).map(([name, code]) => [code, name as RefuseReason]),
);

/** The reason that a code of the wire stands for; a code of a later version is `UNKNOWN`. */
export function refuseReason(code: number): RefuseReason {
  return reasons.get(code) ?? 'UNKNOWN';
}
