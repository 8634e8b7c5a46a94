// The table of the case `attack`: a row for each attack, the first for the same run without one. Pure.
import type { Harm } from './battlefield.ts';
import { type DirectionHarm, lostShare } from './victim-frames.ts';

const columns = [18, 12, 12, 8, 10, 10, 10, 22, 8] as const;

function line(cells: readonly string[]): string {
  return cells.map((cell, at) => (at === 0 ? cell.padEnd(columns[0]) : cell.padStart(columns[at] ?? 0))).join(' ');
}

export const rowTitle: string = line([
  'attack',
  'frames down',
  'frames up',
  'lost',
  'gap down',
  '/livez',
  'newcomers',
  'attackers: conn/end/MB',
  'starved',
]);

export function renderRow(name: string, harm: Harm, isRight: boolean): string {
  const { up, down } = harm.victims;
  const { connections, dropped, bytes } = harm.effort;
  const frames = ({ received, due }: DirectionHarm): string => `${received}/${due}`;
  const came = harm.newcomersMs.filter((tookMs) => tookMs >= 0).length;
  return line([
    name,
    frames(down),
    frames(up),
    `${(100 * lostShare(harm.victims)).toFixed(1)} %`,
    `${down.longestGapMs.toFixed(0)} ms`,
    `${harm.livezMs.toFixed(0)} ms`,
    harm.newcomersMs.length === 0 ? '–' : `${came}/${harm.newcomersMs.length}`,
    `${connections}/${dropped}/${(bytes / 1e6).toFixed(1)}`,
    `${harm.starvedMs.toFixed(0)} ms${isRight ? '' : ' ✗'}`,
  ]);
}
