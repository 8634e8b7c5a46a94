// The colours of the page for canvases, which cannot use style sheets: read from the same custom properties.

const names = ['ink', 'muted', 'line', 'panel', 'raw', 'raw-fill', 'shaped', 'shaped-fill', 'press', 'wrong'] as const;

export type Palette = Readonly<Record<(typeof names)[number], string>>;

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const entries = names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]);
  return Object.fromEntries(entries) as Palette;
}

/** Calls back when the reader changes between light and dark. */
export function onPaletteChange(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}
