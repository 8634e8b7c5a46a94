// The activities of a replay table, each cut out with what the tunnel's ends need to see to call it one. By the rule of the
// ends: more than quietBytes in one direction within a window, until nothing of it has passed for the hold.
import type { Role } from '@quietwire/shaping';
import { type ActivityRule, ActivityWatch } from '../demo/activity-watch.ts';
import type { Row } from './table.ts';

export interface TableActivity {
  readonly begins: Role;
  /** What passed from a window before its first loud byte to its last; times in ms from that first byte. */
  readonly rows: readonly Row[];
}

/** All activities of a table, in order of time. */
export function tableActivities(rows: readonly Row[], rule: ActivityRule): TableActivity[] {
  const watch = new ActivityWatch(rule);
  const begun: Role[] = [];
  for (const { timeMs, direction, bytes } of rows) {
    watch.add(timeMs, direction, bytes, 'plug');
    if (watch.spans.length > begun.length) begun.push(direction === 'up' ? 'device' : 'cloud');
  }
  return watch.spans.map(({ startMs, endMs }, index) => ({
    begins: begun[index] ?? 'device',
    rows: rows
      .filter(({ timeMs }) => timeMs > startMs - rule.windowMs && timeMs <= endMs)
      .map((row) => ({ ...row, timeMs: row.timeMs - startMs })),
  }));
}
