// What both programs of a stage answer beside their own commands: things to do at moments fixed beforehand, a neighbour's work
// in their event loop, and when the machine let them stand.
import type { JsonObject } from '../../harness/child-program.ts';
import { type CommandHandler, emitEvent, monotonicMs, runAt } from '../../harness/command-loop.ts';
import { StallWatch } from '../audit/stall-watch.ts';

/** Commands that are done at once; a plan may hold them. */
export type Actions = Readonly<Record<string, (command: JsonObject) => undefined>>;

/** A program's own actions, with those that both have. */
export function stageCommands(own: Actions): Record<string, CommandHandler> {
  const actions: Actions = { ...own, busy };
  let watch: StallWatch | undefined;
  return {
    ...actions,
    plan: ({ entries }) => plan(actions, entries as readonly JsonObject[]),
    watch: () => {
      watch = new StallWatch(monotonicMs);
      return undefined;
    },
    stalls: () => ({ stalls: (watch?.stalls ?? []).map((stall) => ({ ...stall })) }),
  };
}

/** Things to do at moments of the machine's clock; those of one moment in their order. */
function plan(actions: Actions, entries: readonly JsonObject[]): undefined {
  const moments = Map.groupBy(entries, ({ atMs }) => Number(atMs));
  for (const [atMs, group] of moments) {
    runAt(atMs, () => {
      for (const entry of group) act(actions, entry);
    });
  }
}

function act(actions: Actions, entry: JsonObject): void {
  try {
    actions[String(entry.do)]?.(entry);
  } catch (error) {
    emitEvent({ event: 'fault', text: String(error) });
  }
}

/** Holds the event loop, as a neighbour's work would. */
function busy({ ms }: JsonObject): undefined {
  const untilMs = performance.now() + Number(ms);
  while (performance.now() < untilMs);
}
