// The thread that a reload reads on: takes one request, answers it, ends. Started by `system-state-thread.ts`.

import { constants, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { answerRequest, type StateRequest } from './state-request.ts';

// On Linux a thread has a priority of its own: where cores are few, the thread that writes slots goes first.
if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
parentPort?.postMessage(await answerRequest(workerData as StateRequest));
