// Carries what one schedule counts (slots that passed unused, periods) into the counters that its policy's tunnels share.
import type { Role, Shaper } from '@quietwire/shaping';
import type { TunnelMeter } from './meter.ts';

export class ScheduleCount {
  #skips = 0;
  #periods = 0;
  #led = 0;

  /** Adds what has come since the last call. */
  add({ lateSkips, periods, periodsLed }: Shaper, role: Role, meter: TunnelMeter): void {
    meter.slotsSkipped += lateSkips - this.#skips;
    this.#skips = lateSkips;
    if (periods === this.#periods) return;
    const led = periodsLed - this.#led;
    const followed = periods - this.#periods - led;
    this.#periods = periods;
    this.#led = periodsLed;
    meter.periodsDevice += role === 'device' ? led : followed;
    meter.periodsCloud += role === 'cloud' ? led : followed;
  }
}
