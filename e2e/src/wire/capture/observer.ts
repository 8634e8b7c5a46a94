// Chooses the source of a capture: kernel timestamps where microseconds count and the rights are there, else the tap.
import { kernelCaptureBlocked, startKernelCapture } from './kernel-capture.ts';
import { startTapCapture } from './tap-capture.ts';
import type { WireCapture } from './wire-record.ts';

export type Exactness = 'milliseconds' | 'microseconds';

export function sourceFor(exactness: Exactness): 'tap' | 'kernel' {
  return exactness === 'microseconds' && kernelCaptureBlocked() === undefined ? 'kernel' : 'tap';
}

export function startCapture(targetPort: number, exactness: Exactness): Promise<WireCapture> {
  return sourceFor(exactness) === 'kernel' ? startKernelCapture(targetPort) : startTapCapture(targetPort);
}
