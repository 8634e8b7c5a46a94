// Everything on the page that is text: status, rates, scores, costs. Reads snapshots; asks for nothing.

import type { Score, Snapshot } from '../messages.ts';
import { element, setText } from './elements.ts';
import { formatDelay, formatFactor, formatPercent, formatRate } from './format.ts';

const status = element('status', HTMLElement);
const rawScore = element('raw-score', HTMLTableRowElement);
const shapedScore = element('shaped-score', HTMLTableRowElement);

export function showReadouts(snapshot: Snapshot): void {
  showStatus(snapshot.phase, snapshot.text);
  const { rawBytesPerS, shapedBytesPerS, overhead, scores, promise, settings } = snapshot;
  for (const [kind, rate] of [
    ['raw', rawBytesPerS],
    ['shaped', shapedBytesPerS],
  ] as const) {
    setText(element(`${kind}-rate`, HTMLElement), `${formatRate(rate)} on average`);
    setText(element(`figure-${kind}`, HTMLElement), formatRate(rate));
  }
  setText(element('figure-overhead', HTMLElement), overhead === undefined ? '–' : formatFactor(overhead));
  setText(element('figure-active', HTMLElement), formatDelays(snapshot.delay.active));
  setText(element('figure-quiet', HTMLElement), formatDelays(snapshot.delay.quiet));
  setText(
    element('cost-note', HTMLElement),
    `Rates are of the last minute, delays the median and the 99th percentile. The recording plays ${snapshot.speed} times faster than life.`,
  );
  showScore(rawScore, scores.raw, '–');
  showScore(shapedScore, scores.shaped, settings.mode === 'ILP' ? 'chance' : formatPercent(promise.confidence));
  setText(element('score-note', HTMLElement), scoreNote(snapshot));
  describeCharts(snapshot);
}

export function showStatus(phase: Snapshot['phase'] | 'lost', text: string): void {
  status.dataset.phase = phase;
  const target = status.querySelector('.text');
  if (target) setText(target, text);
}

function formatDelays(delay: Snapshot['delay']['active']): string {
  return delay ? `${formatDelay(delay.p50Ms)} · ${formatDelay(delay.p99Ms)}` : '–';
}

function showScore(row: HTMLTableRowElement, score: Score, allowed: string): void {
  const [guesses, rate, limit, chance, noticed] = [...row.cells].slice(1);
  const share = score.claims > 0 ? score.right / score.claims : undefined;
  const interval = score.interval;
  const isPrecise = interval && interval[1] - interval[0] < 0.995;
  const texts: [HTMLTableCellElement | undefined, string][] = [
    [guesses, score.isGuessing ? `${score.right} of ${score.claims}` : 'none: sees no difference'],
    [rate, share === undefined ? '–' : formatPercent(share)],
    [limit, allowed],
    [chance, score.chance === undefined ? '–' : formatPercent(score.chance)],
    [noticed, score.activities === 0 ? '–' : `${score.found} of ${score.activities}`],
  ];
  for (const [cell, text] of texts) if (cell) setText(cell, text);
  if (!rate) return;
  if (!interval || !isPrecise || share === undefined) {
    rate.removeAttribute('title');
    return;
  }
  rate.title = `95 % interval ${formatPercent(interval[0])} to ${formatPercent(interval[1])}`;
  const range = document.createElement('small');
  range.textContent = ` ${Math.round(interval[0] * 100)}–${Math.round(interval[1] * 100)} %`;
  rate.append(range);
}

function scoreNote({ settings, promise }: Snapshot): string {
  const every = `The policy assumes an activity every ${Math.round(promise.activityEveryS)} s; switch more often than that, and guesses get better than it promises.`;
  if (settings.mode === 'ILP') {
    return 'The observer learns a threshold on bytes in half a second and is told the truth after each guess. In ILP no threshold tells anything.';
  }
  return `The observer learns a threshold on bytes in half a second and is told the truth after each guess. In STP it finds every run, and still cannot tell which runs are real. ${every}`;
}

function describeCharts({ rawBytesPerS, shapedBytesPerS, scores, activities }: Snapshot): void {
  const describe = (id: string, text: string) => element(id, HTMLElement).setAttribute('aria-label', text);
  describe('raw-chart', `Raw traffic, last two minutes: ${formatRate(rawBytesPerS)} on average`);
  describe('shaped-chart', `Shaped traffic, last two minutes: ${formatRate(shapedBytesPerS)} on average`);
  describe(
    'guess-chart',
    `${activities.length} activities in three minutes; guesses right from raw ${scores.raw.right} of ${scores.raw.claims}, from shaped ${scores.shaped.right} of ${scores.shaped.claims}`,
  );
}
