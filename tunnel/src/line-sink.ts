// Where a daemon's log lines go: handed over one batch at a time, never waited for. Lines that cannot be written, or that
// come faster than they are read, are counted and told; they are no reason to stop, nor to hold the thread that writes slots.

export interface LineTarget {
  /** Writes the text and calls `done` once, later or at once; `written` is how many bytes of it went out before an error. */
  write(text: string, done: (error: Error | undefined, written: number) => void): void;
}

/** Characters of lines that wait for a slow reader; what comes on top is lost. */
const MOST_WAITING = 256 * 1024;

export class LineSink {
  /** Makes the line that tells how many were lost; it goes out before the next that is written. */
  tellLoss: (lines: number) => string = (lines) => `${lines} log lines were lost\n`;
  readonly #target: LineTarget;
  #waiting: string[] = [];
  #size = 0;
  #lost = 0;
  #writing = false;
  /** The last write ended within a line. */
  #torn = false;
  #idle = new Set<() => void>();

  constructor(target: LineTarget) {
    this.#target = target;
  }

  /** Takes one whole line with its line feed. */
  write(line: string): void {
    if (this.#size + line.length > MOST_WAITING) {
      this.#lost += 1;
      return;
    }
    this.#size += line.length;
    this.#waiting.push(line);
    if (!this.#writing) this.#next();
  }

  /** Resolves when nothing waits any more. Who ends the process bounds the wait. */
  flushed(): Promise<void> {
    if (!this.#writing) return Promise.resolve();
    return new Promise((resolve) => this.#idle.add(resolve));
  }

  #next(): void {
    const lines = this.#waiting;
    if (lines.length === 0) {
      for (const resolve of this.#idle) resolve();
      this.#idle.clear();
      return;
    }
    const told = this.#lost;
    const text = `${this.#torn ? '\n' : ''}${told > 0 ? this.tellLoss(told) : ''}${lines.join('')}`;
    this.#waiting = [];
    this.#writing = true;
    this.#target.write(text, (error, written) => {
      this.#writing = false;
      for (const line of lines) this.#size -= line.length;
      if (error === undefined) {
        this.#lost -= told;
        this.#torn = false;
      } else {
        this.#lost += lines.length;
        this.#torn ||= written > 0;
      }
      this.#next();
    });
  }
}
