// One strip of traffic: bytes per second over time, up above the line, down below it, on a scale that shows heartbeats of
// 50 bytes and bursts of 50,000 alike (inverse hyperbolic sine; the same in all strips).

import uPlot from 'uplot';
import { formatTick } from './format.ts';
import { type Columns, shownS } from './history.ts';
import type { Palette } from './palette.ts';

/** All charts keep so many pixels left of the time line, so that their times stand below each other. */
export const axisWidth = 84;
const rateTicks = [-100_000, -10_000, -1000, -100, 0, 100, 1000, 10_000, 100_000];
const highestRate = 150_000;

export const font = '12px system-ui, sans-serif';

/** Marks on the time line at fixed distances from now, so that the marks stand still and the traffic moves. */
export function timeAxis(palette: Palette, withLabels: boolean): uPlot.Axis {
  return {
    show: true,
    size: withLabels ? 30 : 6,
    stroke: palette.muted,
    font,
    grid: { stroke: palette.line, width: 1 },
    ticks: { show: false },
    splits: ({ scales }) => {
      const nowS = scales.x?.max ?? 0;
      return [120, 90, 60, 30, 0].map((agoS) => nowS - agoS);
    },
    values: (_chart, splits) => {
      const nowS = splits.at(-1) ?? 0;
      return splits.map((timeS) => (withLabels ? label(Math.round(nowS - timeS)) : ''));
    },
  };
}

function label(agoS: number): string {
  return agoS === 0 ? 'now' : `${agoS} s ago`;
}

export interface StripOptions {
  readonly host: HTMLElement;
  readonly columns: Columns;
  readonly palette: Palette;
  readonly color: 'raw' | 'shaped';
  readonly height: number;
}

export function createStripChart({ host, columns, palette, color, height }: StripOptions): uPlot {
  const stepped = uPlot.paths.stepped?.({ align: -1 });
  const series = (name: string): uPlot.Series => ({
    label: name,
    stroke: palette[color],
    fill: palette[`${color}-fill`],
    width: 1.5,
    points: { show: false },
    ...(stepped && { paths: stepped }),
  });
  return new uPlot(
    {
      width: host.clientWidth,
      height,
      padding: [6, 26, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, auto: false },
        y: { distr: 4, asinh: 60, range: [-highestRate, highestRate] },
      },
      axes: [
        timeAxis(palette, false),
        {
          size: axisWidth,
          stroke: palette.muted,
          font,
          grid: { stroke: palette.line, width: 1 },
          ticks: { show: false },
          splits: () => rateTicks,
          filter: (_chart, splits) => splits,
          values: (_chart, splits) => splits.map((rate) => rateLabel(rate)),
        },
      ],
      series: [{}, series('up'), series('down')],
    },
    columns,
    host,
  );
}

function rateLabel(rate: number): string {
  if (rate === 0) return '0 B/s';
  if (Math.abs(rate) === 100) return ''; // no room beside the zero line
  if (rate === 100_000) return '▲ up 100k';
  if (rate === -100_000) return '▼ down 100k';
  return formatTick(rate);
}

/** Moves the time line of a chart so that it ends now. */
export function slide(chart: uPlot, nowS: number): void {
  chart.setScale('x', { min: nowS - shownS, max: nowS });
}
