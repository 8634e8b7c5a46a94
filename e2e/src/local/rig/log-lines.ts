// Log lines of sidecar and agent: JSON on stderr with time, level, code and message.
import type { Child } from '../../harness/child.ts';
import { waitUntil } from '../../harness/wait.ts';

export interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly code: string;
  readonly message: string;
}

export function logLines(child: Child): LogLine[] {
  return child.said.flatMap((line) => {
    if (!line.startsWith('{')) return [];
    return [JSON.parse(line) as LogLine];
  });
}

/** Waits for a line of this code whose message fits, among those after the first `after`. Rejects after 20 s. */
export function waitForLog(child: Child, code: string, message: RegExp, after = 0): Promise<LogLine> {
  return waitUntil(
    () => `${child.name} logs ${code} ${message}\n${child.lastWords}`,
    20_000,
    () =>
      logLines(child)
        .slice(after)
        .find((line) => line.code === code && message.test(line.message)),
  );
}
