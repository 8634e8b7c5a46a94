/**
 * What is remarkable in a certificate that OpenSSL takes: devices will refuse it by their clocks, or will soon, or miss a link
 * of its chain. No fault, since a sidecar whose certificate is renewed while it runs must start. Pure.
 */
import type { X509Certificate } from 'node:crypto';

/** What matters of one certificate of the file, as plain data. */
export interface CertificateDates {
  /** Its subject on one line, or "the leaf" where it has none. */
  readonly name: string;
  /** ms since 1970, and as the certificate tells it. */
  readonly validFrom: number;
  readonly validFromText: string;
  readonly expiresAt: number;
  readonly expiresAtText: string;
  /** Whether the certificate before it in the file names it as issuer, and was signed by it; true for the leaf. */
  readonly follows: boolean;
}

const dayMs = 86_400_000;
/** "Soon": the last two weeks, or the last fifth of a shorter life. */
const soonMs = 14 * dayMs;
const soonShare = 0.2;

export function certificateDates(chain: readonly X509Certificate[]): CertificateDates[] {
  return chain.map((certificate, index) => {
    const before = chain[index - 1];
    return {
      name: certificate.subject?.replaceAll('\n', ', ') || (index === 0 ? 'the leaf' : `certificate ${index + 1}`),
      validFrom: certificate.validFromDate.getTime(),
      validFromText: certificate.validFrom.replaceAll('  ', ' '),
      expiresAt: certificate.validToDate.getTime(),
      expiresAtText: certificate.validTo.replaceAll('  ', ' '),
      follows: before === undefined || before.checkIssued(certificate),
    };
  });
}

/** @param nowMs ms since 1970. Each remark is a whole sentence's worth without its full stop. */
export function certificateRemarks(dates: readonly CertificateDates[], nowMs: number): string[] {
  return dates.flatMap((certificate) => {
    const remarks: string[] = [];
    const validity = remarkOfDates(certificate, nowMs);
    if (validity !== undefined) remarks.push(`the certificate ${certificate.name} ${validity}`);
    if (!certificate.follows) {
      remarks.push(
        `the certificate ${certificate.name} did not issue the one before it in the file: devices may miss a link`,
      );
    }
    return remarks;
  });
}

function remarkOfDates(certificate: CertificateDates, nowMs: number): string | undefined {
  const { validFrom, validFromText, expiresAt, expiresAtText } = certificate;
  if (nowMs < validFrom) return `is not valid before ${validFromText}: devices refuse it`;
  if (nowMs >= expiresAt) return `expired at ${expiresAtText}: devices refuse it`;
  const leftMs = expiresAt - nowMs;
  if (leftMs > Math.min(soonMs, (expiresAt - validFrom) * soonShare)) return undefined;
  const left = leftMs < 2 * dayMs ? count(leftMs / 3_600_000, 'hour') : count(leftMs / dayMs, 'day');
  return `expires in ${left}, at ${expiresAtText}`;
}

function count(exact: number, unit: string): string {
  const whole = Math.floor(exact);
  return `${whole} ${unit}${whole === 1 ? '' : 's'}`;
}
