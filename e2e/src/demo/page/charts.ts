// The three strips: makes them, keeps them as wide as the page and in its colours, and lets their time line flow.

import type uPlot from 'uplot';
import type { Snapshot } from '../messages.ts';
import { createGuessChart, type Guesses } from './guess-chart.ts';
import { TrafficHistory } from './history.ts';
import { onPaletteChange, readPalette } from './palette.ts';
import { createStripChart, slide } from './strip-chart.ts';

const heights = { raw: 176, shaped: 176, guesses: 128 };
/** Redraws per second while the time line flows; readers who prefer less motion get one per snapshot. */
const framesPerS = 20;

export class Charts {
  readonly #hosts: { raw: HTMLElement; shaped: HTMLElement; guesses: HTMLElement };
  readonly #history = new TrafficHistory();
  readonly #guesses: Guesses = { activities: [], raw: [], shaped: [] };
  #charts: uPlot[] = [];
  /** The demo's clock less this page's, s: the latest snapshot says. */
  #offsetS: number | undefined;
  #drawnMs = 0;

  constructor(hosts: { raw: HTMLElement; shaped: HTMLElement; guesses: HTMLElement }) {
    this.#hosts = hosts;
    this.#create();
    onPaletteChange(() => this.#create());
    new ResizeObserver(() => this.#resize()).observe(hosts.raw);
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) requestAnimationFrame((nowMs) => this.#flow(nowMs));
  }

  show(snapshot: Snapshot): void {
    this.#history.add(snapshot);
    this.#guesses.activities = snapshot.activities;
    this.#guesses.raw = snapshot.claims.raw;
    this.#guesses.shaped = snapshot.claims.shaped;
    const offsetS = (snapshot.timeMs - performance.now()) / 1000;
    // Late snapshots must not make the line jump back: follow slowly, unless it is far off.
    const isNear = this.#offsetS !== undefined && Math.abs(offsetS - this.#offsetS) < 2;
    this.#offsetS = isNear && this.#offsetS !== undefined ? this.#offsetS * 0.9 + offsetS * 0.1 : offsetS;
    this.#charts[0]?.setData(this.#history.raw, false);
    this.#charts[1]?.setData(this.#history.shaped, false);
    this.#draw();
  }

  #flow(nowMs: number): void {
    if (nowMs - this.#drawnMs >= 1000 / framesPerS) this.#draw();
    requestAnimationFrame((nextMs) => this.#flow(nextMs));
  }

  #draw(): void {
    if (this.#offsetS === undefined) return;
    this.#drawnMs = performance.now();
    // Half a second behind the latest step, so that the line never ends before the right edge.
    const nowS = this.#drawnMs / 1000 + this.#offsetS - 0.6;
    for (const chart of this.#charts) slide(chart, nowS);
  }

  #create(): void {
    for (const chart of this.#charts) chart.destroy();
    const palette = readPalette();
    const { raw, shaped, guesses } = this.#hosts;
    this.#charts = [
      createStripChart({ host: raw, columns: this.#history.raw, palette, color: 'raw', height: heights.raw }),
      createStripChart({
        host: shaped,
        columns: this.#history.shaped,
        palette,
        color: 'shaped',
        height: heights.shaped,
      }),
      createGuessChart(guesses, this.#guesses, palette, heights.guesses),
    ];
    this.#draw();
  }

  #resize(): void {
    const width = this.#hosts.raw.clientWidth;
    for (const chart of this.#charts) chart.setSize({ width, height: chart.height });
  }
}
