// What a handler of a program throws is the program's matter: it becomes an uncaught exception, as from a handler of a
// net.Socket, and must not stop the scheduler or tear a tunnel.

/** Runs something that may call handlers of a program. */
export function runForProgram(run: () => void): void {
  try {
    run();
  } catch (error) {
    throwLater(error);
  }
}

/** Throws in a turn of its own. */
export function throwLater(error: unknown): void {
  process.nextTick(() => {
    throw error;
  });
}
