/**
 * Numbers with units as users write them: durations (`100ms`, `1h30m`), sizes (`256 KiB`), addresses (`0.0.0.0:7443`).
 * Parsers answer undefined for what they do not understand; the caller knows the path for the message.
 */

const durationUnits = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const;
const durationPattern = /^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/;
const durationPart = /(\d+(?:\.\d+)?)(h|ms|m|s)/g;

const sizeUnits = { '': 1, B: 1, KiB: 1024, MiB: 1_048_576, GiB: 1_073_741_824, kB: 1000, MB: 1e6, GB: 1e9 } as const;
const sizePattern = /^(\d+(?:\.\d+)?) ?(B|KiB|MiB|GiB|kB|MB|GB)?$/;

/** A duration in ms, from one or more numbers with the units h, m, s, ms. A number without a unit is not a duration. */
export function parseDuration(text: string): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  let sum = 0;
  for (const [, number, unit] of text.matchAll(durationPart)) {
    sum += Number(number) * durationUnits[unit as keyof typeof durationUnits];
  }
  return sum;
}

/** A duration in ms as the shortest text with one unit that gives the same number: 1500 is `1500ms`, 60000 is `1m`. */
export function formatDuration(durationMs: number): string {
  for (const unit of ['h', 'm', 's'] as const) {
    const count = durationMs / durationUnits[unit];
    if (count >= 1 && Number.isInteger(count)) return `${count}${unit}`;
  }
  return durationMs === 0 ? '0s' : `${durationMs}ms`;
}

/** Whole bytes from an integer, or from a number with a unit (B, KiB, MiB, GiB; kB, MB, GB are decimal). */
export function parseSize(value: string | number): number | undefined {
  const match = sizePattern.exec(String(value));
  if (!match) return undefined;
  const bytes = Number(match[1]) * sizeUnits[(match[2] ?? '') as keyof typeof sizeUnits];
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** Bytes as text with the largest binary unit that leaves a whole number: 262144 is `256 KiB`. */
export function formatSize(bytes: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB'] as const) {
    const count = bytes / sizeUnits[unit];
    if (count >= 1 && Number.isInteger(count)) return `${count} ${unit}`;
  }
  return String(bytes);
}

/** Where to listen or connect. An empty host means all addresses of this machine. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, `[v6]:port` or `:port`; the port is 0…65535. */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9a-fA-F:.%]+)\]|([^:[\]\s/]*)):(\d{1,5})$/.exec(text);
  if (!match) return undefined;
  const port = Number(match[3]);
  return port <= 65_535 ? { host: match[1] ?? match[2] ?? '', port } : undefined;
}

/** The text that `parseAddress` reads as this address. */
export function formatAddress(address: Address): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
