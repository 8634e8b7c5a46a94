// A program of its own: the attackers. They have the processor that honest parts leave them, so that what these lose is lost in
// the sidecar.
import { setPriority } from 'node:os';
import type { JsonObject } from '../../harness/child-program.ts';
import { serveCommands } from '../../harness/command-loop.ts';
import { Effort, type Target } from './attack.ts';
import { attacks } from './attacks.ts';

const LEAST_PRIORITY = 19;
/** An attack is over by itself after this, whatever becomes of the case. */
const LONGEST_MS = 600_000;

let effort = new Effort();
let fire: ((stop: AbortSignal) => Promise<void>) | undefined;
let stop = new AbortController();
let done: Promise<void> = Promise.resolve();

setPriority(LEAST_PRIORITY);
serveCommands({
  /** Makes an attack ready. */
  arm: async (command) => {
    const { name, target } = command as unknown as { readonly name: string; readonly target: Target };
    const attack = attacks.find((entry) => entry.name === name);
    if (attack === undefined) throw new Error(`no attack ${name}`);
    effort = new Effort();
    fire = await attack.arm(target, effort);
    return undefined;
  },
  fire: () => {
    stop = new AbortController();
    done = fire?.(AbortSignal.any([stop.signal, AbortSignal.timeout(LONGEST_MS)])) ?? Promise.resolve();
    done.catch((error: unknown) => effort.failed(error));
    return undefined;
  },
  /** Ends the attack, and tells what was done. */
  stop: async (): Promise<JsonObject> => {
    stop.abort();
    await done.catch(() => {});
    return effort.toJson();
  },
});
