/**
 * Work in slices, so that slots that fall due are written between two of them: a scrape or a reload of many policies is no reason
 * for a late frame.
 */

/** A slice ends with the first piece of work that brings it to this. */
const sliceMs = 0.25;

/** Does each piece of work, and lets the event loop turn between slices. A piece should take no longer than a slice. */
export async function inTurns<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  let since = performance.now();
  for (const item of items) {
    work(item);
    if (performance.now() - since < sliceMs) continue;
    await nextTurn();
    since = performance.now();
  }
}

/** Resolves after the event loop has looked for what is due. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
