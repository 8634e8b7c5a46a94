// What a replay costs on the wire: the plug's own packets beside the tunnel's records, headers counted on both sides.
import type { TapRecord } from '../../harness/tap-rows.ts';
import { type Direction, type Row, totalBytes } from '../../replay/table.ts';

/** TCP and IPv4 headers of a packet (period-clock.md section 5); pure acknowledgements are left out on both sides. */
const packetHeaders = 40;

export type BytesPerSecond = Readonly<Record<Direction, number>>;

export interface WireCost {
  readonly raw: BytesPerSecond;
  readonly shaped: BytesPerSecond;
  /** b: shaped over raw, both directions together. */
  readonly overhead: number;
}

/** @param seconds that the rows take as they are replayed, and that the records were watched for. */
export function wireCost(rows: readonly Row[], records: readonly TapRecord[], seconds: number): WireCost {
  const raw = (direction: Direction) => {
    const packets = rows.filter((row) => row.direction === direction).length;
    return (totalBytes(rows, direction) + packets * packetHeaders) / seconds;
  };
  const shaped = (direction: Direction) => {
    const own = records.filter((record) => record.direction === direction);
    return own.reduce((sum, { bytes }) => sum + bytes + packetHeaders, 0) / seconds;
  };
  const cost = { raw: both(raw), shaped: both(shaped) };
  return { ...cost, overhead: (cost.shaped.up + cost.shaped.down) / (cost.raw.up + cost.raw.down) };
}

/** Records of one connection between two moments of the monotonic clock, ms. */
export function recordsBetween(
  records: readonly TapRecord[],
  connection: number,
  fromMs: number,
  toMs: number,
): TapRecord[] {
  return records.filter(
    (record) => record.connection === connection && record.timeMs >= fromMs && record.timeMs < toMs,
  );
}

function both(of: (direction: Direction) => number): BytesPerSecond {
  return { up: of('up'), down: of('down') };
}
