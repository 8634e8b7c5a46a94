/**
 * Log lines: JSON (`time, level, code, message`) or text, with a limit per code so that a flood of bad peers cannot fill a
 * disk. What each code means is in `events.ts`; where lines go and what time it is are arguments.
 */
import { type LogLevel, type SidecarEvent, sidecarEvents } from './events.ts';

export interface LogOptions {
  readonly format: 'json' | 'text';
  /** Lines below this level are dropped. */
  readonly level: LogLevel;
  /** The time of a line, ISO 8601. */
  readonly timestamp: () => string;
  /** Any clock in ms, for the limits. */
  readonly nowMs: () => number;
  /** Takes one whole line with its line feed. */
  readonly write: (line: string) => void;
}

/** Further fields of a line. Fields that name a device belong on lines of level `debug` only. */
export type LogFields = Readonly<Record<string, string | number | boolean>>;

const order: Record<LogLevel, number> = { error: 0, warn: 1, info: 2, debug: 3 };
/** Lines of one code within one window; more are counted, and told before the next line of that code after the window. */
const linesPerWindow = 20;
const windowMs = 10_000;

export class Log {
  readonly #options: LogOptions;
  readonly #windows = new Map<SidecarEvent, { since: number; lines: number }>();

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Whether lines of this level are written: ask before building costly fields. */
  takes(level: LogLevel): boolean {
    return order[level] <= order[this.#options.level];
  }

  /** Writes one line at the level that `events.ts` gives the code. */
  event(code: SidecarEvent, message: string, fields: LogFields = {}): void {
    const { level } = sidecarEvents[code];
    if (!this.takes(level)) return;
    if (level !== 'debug' && !this.#admits(code)) return;
    this.#write(level, code, message, fields);
  }

  #admits(code: SidecarEvent): boolean {
    const now = this.#options.nowMs();
    const window = this.#windows.get(code);
    if (window === undefined || now - window.since >= windowMs || now < window.since) {
      this.#windows.set(code, { since: now, lines: 1 });
      const suppressed = (window?.lines ?? 0) - linesPerWindow;
      if (suppressed > 0) this.#write('warn', 'SUPPRESSED', `${suppressed} further lines of ${code}`, {});
      return true;
    }
    window.lines += 1;
    return window.lines <= linesPerWindow;
  }

  #write(level: LogLevel, code: SidecarEvent, message: string, fields: LogFields): void {
    const time = this.#options.timestamp();
    if (this.#options.format === 'json') {
      this.#options.write(`${JSON.stringify({ time, level, code, message, ...fields })}\n`);
      return;
    }
    const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${printable(String(value))}`);
    this.#options.write(`${time} ${level} ${code}: ${printable(message)}${rest.join('')}\n`);
  }
}

/** Keeps a peer's text from writing lines of its own. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes.
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ');
}
