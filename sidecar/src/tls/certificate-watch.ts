/**
 * What is remarkable in the certificate in force, told in the log when it comes into force and whenever it changes: a
 * certificate expires while nobody does anything.
 */
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';
import { type CertificateDates, certificateRemarks } from './certificate-remarks.ts';

const distanceMs = 3_600_000;

export interface CertificateWatchOptions {
  readonly runtime: TimerRuntime;
  /** ms since 1970. */
  readonly wallNow: () => number;
  readonly onRemarks: (remarks: readonly string[]) => void;
}

export class CertificateWatch {
  readonly #options: CertificateWatchOptions;
  readonly #timer: OneShot;
  #dates: readonly CertificateDates[] = [];
  #told = '';

  constructor(options: CertificateWatchOptions) {
    this.#options = options;
    this.#timer = new OneShot(options.runtime, () => this.#look());
  }

  /** Another certificate is in force. */
  replace(dates: readonly CertificateDates[]): void {
    this.#dates = dates;
    this.#told = '';
    this.#look();
  }

  get remarks(): readonly string[] {
    return certificateRemarks(this.#dates, this.#options.wallNow());
  }

  close(): void {
    this.#timer.cancel();
  }

  #look(): void {
    const { remarks } = this;
    const text = remarks.join('; ');
    if (text !== '' && text !== this.#told) this.#options.onRemarks(remarks);
    this.#told = text;
    this.#timer.startIn(distanceMs);
  }
}
