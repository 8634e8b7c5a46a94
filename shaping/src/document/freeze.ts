/**
 * Deep freezing of parsed documents: what was validated stays as it was.
 */

/** The same value, with all objects and lists inside it frozen. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}
