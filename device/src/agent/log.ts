// Log lines: JSON (`time, level, code, message`) or text. What each code means is in events.ts; where lines go and what time
// it is are arguments.
import { type AgentEvent, agentEvents, type LogLevel } from './events.ts';

export interface LogOptions {
  readonly format: 'json' | 'text';
  /** Lines below this level are dropped. */
  readonly level: LogLevel;
  /** Wall clock, ISO 8601. */
  readonly timestamp: () => string;
  /** Takes one whole line with its line feed. */
  readonly write: (line: string) => void;
}

const order: Record<LogLevel, number> = { error: 0, warn: 1, info: 2, debug: 3 };

export class Log {
  readonly #options: LogOptions;

  constructor(options: LogOptions) {
    this.#options = options;
  }

  /** Writes one line at the level that events.ts gives the code. */
  event(code: AgentEvent, message: string, fields: Readonly<Record<string, string | number>> = {}): void {
    if (order[agentEvents[code].level] > order[this.#options.level]) return;
    this.#options.write(this.#render(code, message, fields));
  }

  /** The line that tells how many before it were lost. */
  lostLine(lines: number): string {
    return this.#render('LOG_LOST', `${lines} log lines could not be written`, {});
  }

  #render(code: AgentEvent, message: string, fields: Readonly<Record<string, string | number>>): string {
    const { level } = agentEvents[code];
    const { format, timestamp } = this.#options;
    const time = timestamp();
    if (format === 'json') return `${JSON.stringify({ time, level, code, message, ...fields })}\n`;
    const rest = Object.entries(fields).map(([name, value]) => ` ${name}=${printable(String(value))}`);
    return `${time} ${level} ${code}: ${printable(message)}${rest.join('')}\n`;
  }
}

/** Keeps a peer's text from writing lines of its own. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this removes.
  return text.replace(/[\u0000-\u001f\u007f]/g, ' ');
}
