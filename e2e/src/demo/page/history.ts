// The last minutes of traffic as the charts take it: one array for each series, in bytes per second.

import type { Snapshot } from '../messages.ts';

/** Seconds that the charts show. */
export const shownS = 120;

export type Columns = [times: number[], up: number[], down: number[]];

export class TrafficHistory {
  readonly raw: Columns = [[], [], []];
  readonly shaped: Columns = [[], [], []];
  /** Time of the latest step, in s of the demo's clock. */
  latestS = 0;

  /** Takes in the new steps of a snapshot. Downstream is kept below zero, so that charts mirror it. */
  add({ steps, stepMs }: Snapshot): void {
    const perS = 1000 / stepMs;
    for (const { timeMs, rawUp, rawDown, shapedUp, shapedDown } of steps) {
      const timeS = timeMs / 1000;
      if (timeS <= this.latestS) continue;
      this.latestS = timeS;
      push(this.raw, timeS, rawUp * perS, -rawDown * perS);
      push(this.shaped, timeS, shapedUp * perS, -shapedDown * perS);
    }
    for (const columns of [this.raw, this.shaped]) forget(columns, this.latestS - shownS - 10);
  }
}

function push([times, up, down]: Columns, timeS: number, upRate: number, downRate: number): void {
  times.push(timeS);
  up.push(upRate);
  down.push(downRate);
}

function forget(columns: Columns, fromS: number): void {
  const old = columns[0].findIndex((timeS) => timeS >= fromS);
  if (old > 0) for (const column of columns) column.splice(0, old);
}
