// The replay table: when a device and its cloud sent how many bytes. Parses, renders, cuts; holds no content.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export type Direction = 'up' | 'down';

/** One stretch of payload. `timeMs` counts from the first packet of the capture, as the labels do. */
export interface Row {
  readonly timeMs: number;
  readonly direction: Direction;
  readonly bytes: number;
}

/** What happened when, in seconds from the first packet of the capture. */
export interface Label {
  readonly startS: number;
  readonly endS: number;
  readonly activity: string;
}

/** The smart plug's table that the repository ships. */
export const plugTableFile: string = fileURLToPath(new URL('../../data/xiaodu-plug.csv', import.meta.url));

/** The labels of the smart plug's table. */
export const plugLabelsFile: string = fileURLToPath(new URL('../../data/xiaodu-plug.labels.csv', import.meta.url));

const header = 't_ms,direction,bytes';

/** Parses a table. Throws with the line's number on anything but rows in order of time. */
export function parseTable(text: string): Row[] {
  const [first, ...lines] = text.trimEnd().split('\n');
  if (first !== header) throw new Error(`line 1: expected ${header}, got ${first}`);
  let previousMs = 0;
  return lines.map((line, index) => {
    const [time, direction, bytes, ...rest] = line.split(',');
    const row = { timeMs: Number(time), direction, bytes: Number(bytes) };
    const isValid = rest.length === 0 && row.timeMs >= previousMs && Number.isSafeInteger(row.bytes) && row.bytes > 0;
    if (!isValid || !isRow(row)) throw new Error(`line ${index + 2}: not a row in order of time: ${line}`);
    previousMs = row.timeMs;
    return row;
  });
}

/** Renders a table, as parseTable reads it. */
export function renderTable(rows: readonly Row[]): string {
  const lines = rows.map((row) => `${row.timeMs.toFixed(3)},${row.direction},${row.bytes}`);
  return `${[header, ...lines].join('\n')}\n`;
}

/** Parses the labels that come with a capture (`start_s,end_s,activity`). */
export function parseLabels(text: string): Label[] {
  return text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => {
      const [start, end, activity = ''] = line.split(',');
      return { startS: Number(start), endS: Number(end), activity };
    });
}

/** Reads a table from a file. */
export function readTable(file: string = plugTableFile): Row[] {
  return parseTable(readFileSync(file, 'utf8'));
}

/** The rows from `startS` (inclusive) to `endS` (exclusive), in seconds of the capture. */
export function cutTable(rows: readonly Row[], startS: number, endS: number): Row[] {
  return rows.filter((row) => row.timeMs >= startS * 1000 && row.timeMs < endS * 1000);
}

/** The bytes of one direction. */
export function totalBytes(rows: readonly Row[], direction: Direction): number {
  return rows.reduce((sum, row) => (row.direction === direction ? sum + row.bytes : sum), 0);
}

function isRow(row: { timeMs: number; direction: string | undefined; bytes: number }): row is Row {
  return row.direction === 'up' || row.direction === 'down';
}
