// Asks `/livez` at a steady rate, each time on a new connection, whether the answer before has come or not.
import { request } from 'node:http';

const EVERY_MS = 100;
/** What has no answer by then counts as this long, ms. */
const PATIENCE_MS = 10_000;

export class LivezProbe {
  readonly #port: number;
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Map<symbol, number>();
  #slowestMs = 0;
  #answers = 0;
  #failures = 0;

  constructor(port: number) {
    this.#port = port;
    this.#timer = setInterval(() => this.#ask(), EVERY_MS);
  }

  /** Ends the probing; the slowest answer, or how long one is waited for in vain by now. Infinity if some were refused. */
  stop(): { readonly slowestMs: number; readonly answers: number } {
    clearInterval(this.#timer);
    const nowMs = performance.now();
    const waits = [...this.#open.values()].map((startMs) => nowMs - startMs);
    const slowestMs = this.#failures > 0 ? Number.POSITIVE_INFINITY : Math.max(this.#slowestMs, ...waits);
    return { slowestMs, answers: this.#answers };
  }

  #ask(): void {
    const key = Symbol('question');
    const startMs = performance.now();
    this.#open.set(key, startMs);
    const settle = (isAnswer: boolean) => {
      if (!this.#open.delete(key)) return;
      if (isAnswer) this.#answers += 1;
      else this.#failures += 1;
      this.#slowestMs = Math.max(this.#slowestMs, performance.now() - startMs);
    };
    const target = { host: '127.0.0.1', port: this.#port, path: '/livez', agent: false, timeout: PATIENCE_MS };
    const question = request(target, (response) => {
      response.resume();
      response.once('end', () => settle(response.statusCode === 200));
    });
    question.once('error', () => settle(false));
    question.once('timeout', () => question.destroy());
    question.end();
  }
}
