// Finds the page's elements by id, with their types checked once.

/** The element with that id. Throws if the page has none of that kind: index.html and the script then disagree. */
export function element<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${kind.name} #${id}`);
}

/** Sets an element's text, and only when it changes, so that screen readers are not told twice. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
