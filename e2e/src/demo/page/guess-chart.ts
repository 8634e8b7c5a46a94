// The strip of guesses: three lanes over the same time line. What really happened, what an observer of the raw traffic
// would claim, and what an observer of the shaped traffic would claim. Right and wrong differ in form, not in colour alone.

import uPlot from 'uplot';
import type { ActivitySpan, Claim } from '../messages.ts';
import type { Palette } from './palette.ts';
import { axisWidth, font, timeAxis } from './strip-chart.ts';

export interface Guesses {
  activities: readonly ActivitySpan[];
  raw: readonly Claim[];
  shaped: readonly Claim[];
}

const lanes = { truth: 2.5, raw: 1.5, shaped: 0.5 } as const;
const narrowest = 5;

export function createGuessChart(host: HTMLElement, guesses: Guesses, palette: Palette, height: number): uPlot {
  return new uPlot(
    {
      width: host.clientWidth,
      height,
      padding: [4, 26, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false, auto: false }, y: { range: [0, 3] } },
      axes: [
        timeAxis(palette, true),
        {
          size: axisWidth,
          stroke: palette.ink,
          font,
          gap: 8,
          grid: { show: false },
          ticks: { show: false },
          splits: () => [lanes.shaped, lanes.raw, lanes.truth],
          values: () => ['from shaped', 'from raw', 'happened'],
        },
      ],
      series: [{}, { show: false }],
      hooks: { draw: [(chart) => drawLanes(chart, guesses, palette)] },
    },
    [[0], [0]],
    host,
  );
}

function drawLanes(chart: uPlot, { activities, raw, shaped }: Guesses, palette: Palette): void {
  const { ctx, bbox } = chart;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const laneHeight = bbox.height / 3;
  for (const lane of Object.values(lanes)) {
    const y = Math.round(chart.valToPos(lane, 'y', true));
    ctx.fillStyle = palette.line;
    ctx.fillRect(bbox.left, y, bbox.width, 1);
  }
  const box = (startMs: number, endMs: number, lane: number, share: number) => {
    const x = chart.valToPos(startMs / 1000, 'x', true);
    const width = Math.max(chart.valToPos(endMs / 1000, 'x', true) - x, narrowest * scale);
    const height = laneHeight * share;
    return { x, width, height, y: chart.valToPos(lane, 'y', true) - height / 2 };
  };
  for (const { startMs, endMs, cause } of activities) {
    const { x, y, width, height } = box(startMs, endMs, lanes.truth, 0.6);
    ctx.fillStyle = cause === 'switch' ? palette.press : palette.ink;
    ctx.beginPath();
    ctx.roundRect(x, y, width, height, 2 * scale);
    ctx.fill();
  }
  for (const [claims, lane, color] of [
    [raw, lanes.raw, palette.raw],
    [shaped, lanes.shaped, palette.shaped],
  ] as const) {
    for (const claim of claims) drawClaim(ctx, box(claim.startMs, claim.endMs, lane, 0.6), claim, color, palette.wrong);
  }
  ctx.restore();
}

function drawClaim(
  ctx: CanvasRenderingContext2D,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  { isRight }: Claim,
  color: string,
  wrongColor: string,
): void {
  const scale = devicePixelRatio;
  ctx.beginPath();
  ctx.roundRect(x, y, width, height, 2 * scale);
  ctx.lineWidth = 1.5 * scale;
  ctx.setLineDash(isRight === undefined ? [3 * scale, 2 * scale] : []);
  ctx.strokeStyle = isRight === false ? wrongColor : color;
  if (isRight) {
    ctx.fillStyle = color;
    ctx.fill();
    return;
  }
  ctx.stroke();
  if (isRight === undefined) return;
  ctx.save();
  ctx.clip();
  ctx.lineWidth = scale;
  ctx.beginPath();
  for (let at = x - height; at < x + width; at += 5 * scale) {
    ctx.moveTo(at, y + height);
    ctx.lineTo(at + height, y);
  }
  ctx.stroke();
  ctx.restore();
}
