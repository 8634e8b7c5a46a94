// What a process has once: the runtime of its tunnels, and the event loop that a waiting tunnel must keep alive. One of the
// few files that may touch the ambient ones.
import { createSystemRuntime, type Runtime } from '@quietwire/tunnel';

let shared: Runtime | undefined;
let users = 0;

/** The runtime of all tunnels of the process that were given none; it stops when the last user has released it. */
export function shareRuntime(): { runtime: Runtime; release: () => void } {
  const runtime = shared ?? createSystemRuntime();
  shared = runtime;
  users += 1;
  let held = true;
  const release = (): void => {
    if (!held) return;
    held = false;
    users -= 1;
    if (users > 0) return;
    shared = undefined;
    runtime.close();
  };
  return { runtime, release };
}

/** Keeps the process from ending while a tunnel waits with no socket open. @returns what ends that. */
export function holdProcess(): () => void {
  const longestMs = 2 ** 31 - 1;
  const timer = setInterval(() => {}, longestMs);
  return () => clearInterval(timer);
}
