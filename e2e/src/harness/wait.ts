// Waiting in cases: until something holds, until an admin endpoint says that its part is ready. Always bounded.
import { setTimeout as delay } from 'node:timers/promises';

const pollMs = 20;

/** Resolves with what `look` returns once that is not undefined. Rejects after `timeoutMs`, naming what was waited for. */
export async function waitUntil<Found>(
  what: string | (() => string),
  timeoutMs: number,
  look: () => Found | undefined | Promise<Found | undefined>,
): Promise<Found> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) {
      throw new Error(`not within ${timeoutMs} ms: ${typeof what === 'string' ? what : what()}`);
    }
    await delay(pollMs);
  }
}

/** Asks an endpoint until it answers with a status of 200 to 299. Rejects with the part's last words after 20 s. */
export async function waitUntilReady(url: string, lastWords: () => string | undefined): Promise<void> {
  const look = async () => ((await fetch(url).catch(() => undefined))?.ok ? true : undefined);
  await waitUntil(() => `${url} is ready\n${lastWords() ?? ''}`, 20_000, look);
}
