/**
 * Reads off the thread that writes slots: a short-lived worker does one request and hands back plain data (decision 0017).
 * Bounded in time and memory, so that no file keeps a reload from ending.
 */
import { Worker } from 'node:worker_threads';
import { resultOf, type StateAnswer, type StateRequest, type StateResult } from './state-request.ts';

const longestMs = 60_000;
/** A large young generation: collections of a small one take threads that the whole process shares, at full priority. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 64 };
/** In the repository this file and the worker are TypeScript; in the package the worker lies beside the bundle of this file. */
const workerUrl = new URL(import.meta.url.endsWith('.ts') ? './state-worker.ts' : './state-worker.js', import.meta.url);

/** @throws (rejects) as the reader; Error when the thread ends without an answer or takes longer than a minute. */
export async function readOffThread<Request extends StateRequest>(request: Request): Promise<StateResult<Request>> {
  const worker = new Worker(workerUrl, { workerData: request, resourceLimits, env: {} });
  const answered = Promise.withResolvers<StateAnswer>();
  worker.once('message', answered.resolve);
  worker.once('error', answered.reject);
  worker.once('messageerror', answered.reject);
  worker.once('exit', () => answered.reject(new Error('the thread that reads ended without an answer')));
  const timer = setTimeout(() => {
    answered.reject(new Error(`reading took longer than ${longestMs / 1000} s`));
  }, longestMs);
  try {
    return resultOf(await answered.promise) as StateResult<Request>;
  } finally {
    clearTimeout(timer);
    void worker.terminate();
  }
}
