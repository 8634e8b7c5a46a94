// How long a conformance run takes by the device's own waits. Pure.
import { type BackoffLaw, DeviceWaits, provenMs, restAboveMs } from './device-waits.ts';

/** What a scenario takes by itself, on average, ms. */
const scenarioMs = 1200;

/** Minutes, rounded up. */
export function expectedMinutes(scenarios: number, law: BackoffLaw): number {
  const waits = new DeviceWaits(law);
  let sumMs = 0;
  for (let at = 0; at < scenarios; at++) {
    sumMs += waits.boundMs / 2 + scenarioMs;
    waits.ended(0);
    if (waits.boundMs < restAboveMs) continue;
    sumMs += waits.boundMs / 2 + provenMs;
    waits.ended(provenMs);
  }
  return Math.ceil(sumMs / 60_000);
}
