// The child's side of child-program.ts: answers commands that come as JSON lines on stdin, and ends with stdin.
import { createInterface } from 'node:readline';
import type { JsonObject } from './child-program.ts';

export type CommandHandler = (command: JsonObject) => JsonObject | undefined | Promise<JsonObject | undefined>;

/** Answers each command by the handler of its name (`do`); several may be under way at a time. */
export function serveCommands(handlers: Readonly<Record<string, CommandHandler>>): void {
  const lines = createInterface({ input: process.stdin });
  lines.on('line', (line) => {
    const command = JSON.parse(line) as JsonObject;
    void answer(handlers, command);
  });
  lines.on('close', () => process.exit(0));
}

/** Something that nobody asked for. */
export function emitEvent(event: JsonObject): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

async function answer(handlers: Readonly<Record<string, CommandHandler>>, command: JsonObject): Promise<void> {
  const { id } = command;
  try {
    const handler = handlers[String(command.do)];
    if (handler === undefined) throw new Error(`unknown command ${String(command.do)}`);
    emitEvent({ ...(await handler(command)), id });
  } catch (error) {
    emitEvent({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** Milliseconds of the machine's monotonic clock, the one that all processes and the tap share. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Runs something at a moment of `monotonicMs`; the past means now. */
export function runAt(atMs: number, run: () => void): void {
  setTimeout(run, Math.max(0, atMs - monotonicMs()));
}
