/**
 * Log lines: JSON (`time, level, code, message`) or text, with a limit per code so that a flood of bad peers cannot fill a
 * disk, and per peer so that one cannot hide others. What each code means is in `events.ts`; where lines go and what time it is are arguments.
 */
import { concealedUrls } from '@quietwire/shaping';
import { sourceOf } from './admission/source-of.ts';
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

/**
 * Further fields of a line. Fields that name a device belong on lines of level `debug` only. `peer` is the address of one that was
 * refused: its lines are limited by source.
 */
export type LogFields = Readonly<Record<string, string | number | boolean>> & { readonly peer?: string };

const order: Record<LogLevel, number> = { error: 0, warn: 1, info: 2, debug: 3 };
/** Lines of one code within one window; more are counted, and told before the next line of that code after the window. */
const linesPerWindow = 20;
/** The same for lines that name a peer: of one source, and of all. */
const linesPerSource = 10;
const linesWithPeer = 100;
const windowMs = 10_000;

interface Window {
  readonly since: number;
  lines: number;
  suppressed: number;
  readonly bySource: Map<string, number>;
}

export class Log {
  readonly #options: LogOptions;
  readonly #windows = new Map<SidecarEvent, Window>();

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
    if (level !== 'debug' && !this.#admits(code, fields.peer)) return;
    this.#write(level, code, message, fields);
  }

  /** The line that tells how many before it were lost. */
  lostLine(lines: number): string {
    return this.#render('warn', 'LOG_LOST', `${lines} log lines could not be written`, {});
  }

  #admits(code: SidecarEvent, peer: string | undefined): boolean {
    const now = this.#options.nowMs();
    let window = this.#windows.get(code);
    if (window === undefined || now - window.since >= windowMs || now < window.since) {
      const suppressed = window?.suppressed ?? 0;
      window = { since: now, lines: 0, suppressed: 0, bySource: new Map() };
      this.#windows.set(code, window);
      if (suppressed > 0) this.#write('warn', 'SUPPRESSED', `${suppressed} further lines of ${code}`, {});
    }
    const admitted = peer === undefined ? window.lines < linesPerWindow : this.#admitsPeer(window, sourceOf(peer));
    if (admitted) window.lines += 1;
    else window.suppressed += 1;
    return admitted;
  }

  #admitsPeer({ lines, bySource }: Window, source: string): boolean {
    const before = bySource.get(source) ?? 0;
    if (before >= linesPerSource || lines >= linesWithPeer) return false;
    bySource.set(source, before + 1);
    return true;
  }

  #write(level: LogLevel, code: SidecarEvent, message: string, fields: LogFields): void {
    this.#options.write(this.#render(level, code, message, fields));
  }

  #render(level: LogLevel, code: SidecarEvent, text: string, fields: LogFields): string {
    // Libraries tell of the URLs that they were given, credentials and all.
    const message = concealedUrls(text);
    const time = this.#options.timestamp();
    if (this.#options.format === 'json') return `${JSON.stringify({ time, level, code, message, ...fields })}\n`;
    const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${printable(String(value))}`);
    return `${time} ${level} ${code}: ${printable(message)}${rest.join('')}\n`;
  }
}

/** Keeps a peer's text from writing lines of its own. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes.
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ');
}
