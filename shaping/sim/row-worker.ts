// One worker of main.ts: simulates the rows it is handed, one after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { tableRows } from './table-rows.ts';
import { simulateRow } from './table-run.ts';

export interface RowTask {
  readonly periods: number;
  readonly seed: string;
}

const { periods, seed } = workerData as RowTask;
parentPort?.on('message', (index: number) => {
  const row = tableRows[index];
  if (row === undefined) parentPort?.close();
  else parentPort?.postMessage({ index, figures: simulateRow(row, periods, seed) });
});
