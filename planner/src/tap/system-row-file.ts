// Lines appended to a file or to stdout without ever holding up the caller: they wait in memory and are written
// asynchronously, in order, one write at a time. Does not know what a line holds.

import { close, open, write } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PlannerError } from '../errors.ts';

const flushCharacters = 64 * 1024;
const flushMs = 200;
const retryMs = 5;
const stdout = 1;

const openFile = promisify(open);
const closeFile = promisify(close);
const writeFile = promisify(write);

/** An output of lines. If a write fails `onFail` is called once, and what comes after is dropped. */
export class RowFile {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #onFail: (error: PlannerError) => void;
  readonly #timer: NodeJS.Timeout;
  #waiting = '';
  #writing: Promise<void> | undefined;
  #failed = false;

  private constructor(path: string, descriptor: number, onFail: (error: PlannerError) => void) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#onFail = onFail;
    this.#timer = setInterval(() => this.#flush(), flushMs).unref();
  }

  /** Opens the file, emptying it; `-` is stdout. Rejects with FILE_UNWRITABLE. */
  static async open(path: string, onFail: (error: PlannerError) => void): Promise<RowFile> {
    if (path === '-') return new RowFile('stdout', stdout, onFail);
    try {
      return new RowFile(path, await openFile(path, 'w'), onFail);
    } catch (cause) {
      throw unwritable(path, cause);
    }
  }

  /** Appends a line of ASCII that ends in a line feed. Never waits. */
  add(line: string): void {
    if (this.#failed) return;
    this.#waiting += line;
    if (this.#waiting.length >= flushCharacters) this.#flush();
  }

  /** Writes what waits and closes the file. Resolves when all is written, or at once after a failure. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    while (this.#writing || (this.#waiting !== '' && !this.#failed)) {
      this.#flush();
      await this.#writing;
    }
    if (this.#descriptor !== stdout) await closeFile(this.#descriptor);
  }

  #flush(): void {
    if (this.#writing || this.#waiting === '') return;
    const bytes = Buffer.from(this.#waiting, 'latin1');
    this.#waiting = '';
    this.#writing = this.#write(bytes).finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(bytes: Uint8Array): Promise<void> {
    let at = 0;
    while (at < bytes.length) {
      try {
        at += (await writeFile(this.#descriptor, bytes, at, bytes.length - at)).bytesWritten;
      } catch (cause) {
        if (isErrno(cause, 'EAGAIN')) {
          await delay(retryMs); // a pipe in non-blocking mode whose reader is slow
          continue;
        }
        this.#failed = true;
        this.#waiting = '';
        this.#onFail(unwritable(this.#path, cause));
        return;
      }
    }
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function unwritable(path: string, cause: unknown): PlannerError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PlannerError('FILE_UNWRITABLE', `${path}: ${reason}`, { cause });
}
