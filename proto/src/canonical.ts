// Leaves out message fields that hold their default, as other encoders of proto3 do, so that equal messages have equal
// bytes (SPEC 1.2 allows both). Not for members of a oneof, whose presence means something.

/** A copy without fields that are 0, false or empty. */
export function canonical<T extends object>(properties: T): Partial<T> {
  const kept: Partial<T> = {};
  for (const key of Object.keys(properties) as (keyof T)[]) {
    if (!isDefault(properties[key])) kept[key] = properties[key];
  }
  return kept;
}

function isDefault(value: unknown): boolean {
  if (value instanceof Uint8Array || typeof value === 'string') return value.length === 0;
  return value === 0 || value === false || value === undefined;
}
