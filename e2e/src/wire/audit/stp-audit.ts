// Explains every frame of one direction of an STP session by the schedule that the policy promises (SPEC.md sections 8.3,
// 8.4 and 9.5), from sizes and times alone. What the schedule cannot explain is a fault.
import type { FrameRecord } from './session-view.ts';
import type { ScheduleFault } from './stalls.ts';

/** One direction's schedule. Times in ms, sizes in bytes. */
export interface StpSchedule {
  /** Least distance of two runs. */
  readonly restMs: number;
  readonly periodMs: number;
  readonly slotMs: number;
  readonly frameSize: number;
  readonly backgroundMs: number;
  readonly backgroundSize: number;
  readonly longestRun: number;
}

export interface Run {
  /** Deadline of the first slot as the frames show it: the earliest that explains all of them. */
  readonly startMs: number;
  readonly periods: number;
  readonly frames: number;
}

export interface StpAudit {
  readonly runs: readonly Run[];
  readonly backgroundFrames: number;
  readonly periodFrames: number;
  /** Slots that passed without a frame. */
  readonly skipped: number;
  /** How late frames were against their slots, ms, ascending. */
  readonly latenessMs: readonly number[];
  readonly faults: readonly ScheduleFault[];
}

/** A frame cannot be earlier than its slot; what a time stamp may lie early, ms. */
const EARLY_MS = 2;
/** The grid of the background is known from frames, the last run's or the first ones, and all of these may have been late. */
const ANCHOR_MS = 15;
const UNANCHORED_MS = 30;

export interface StpAuditOptions {
  /** Nothing after it is looked at: the last run may be cut there. Default: the whole capture. */
  readonly untilMs?: number;
  /** The session was closed at the end: its last run is cut at a period's end, whatever its length. */
  readonly closed?: boolean;
}

export function auditStp(
  frames: readonly FrameRecord[],
  schedule: StpSchedule,
  { untilMs = Number.POSITIVE_INFINITY, closed = false }: StpAuditOptions = {},
): StpAudit {
  const audit = new Auditor(schedule, closed);
  for (const frame of frames) if (frame.atMs <= untilMs) audit.take(frame);
  return audit.end(untilMs !== Number.POSITIVE_INFINITY);
}

class Auditor {
  readonly #schedule: StpSchedule;
  readonly #closed: boolean;
  readonly #perPeriod: number;
  readonly #runs: Run[] = [];
  readonly #latenessMs: number[] = [];
  readonly #faults: ScheduleFault[] = [];
  #run: number[] = [];
  #backgroundNextMs: number | undefined;
  /** How much earlier than expected the next background frame may be without a fault. */
  #backgroundSlackMs = UNANCHORED_MS;
  #backgroundFrames = 0;
  #periodFrames = 0;
  #skipped = 0;
  #firstMs: number | undefined;

  constructor(schedule: StpSchedule, closed: boolean) {
    this.#schedule = schedule;
    this.#closed = closed;
    this.#perPeriod = Math.round(schedule.periodMs / schedule.slotMs);
  }

  take({ atMs, size }: FrameRecord): void {
    this.#firstMs ??= atMs;
    const { frameSize, backgroundSize } = this.#schedule;
    if (size === frameSize) this.#takePeriodFrame(atMs);
    else if (size === backgroundSize) {
      this.#endRun(false);
      this.#takeBackground(atMs);
    } else
      this.#fault(
        atMs,
        Number.NEGATIVE_INFINITY,
        `a record of ${size} bytes, allowed ${frameSize} and ${backgroundSize}`,
      );
  }

  end(cut: boolean): StpAudit {
    this.#endRun(true, cut);
    return {
      runs: this.#runs,
      backgroundFrames: this.#backgroundFrames,
      periodFrames: this.#periodFrames,
      skipped: this.#skipped,
      latenessMs: this.#latenessMs.sort((a, b) => a - b),
      faults: this.#faults,
    };
  }

  #takePeriodFrame(atMs: number): void {
    const last = this.#run.at(-1);
    // Runs are apart by the rest at least, which is two slots or more; a gap inside a run is a skipped slot.
    if (last !== undefined && atMs - last > this.#gapBetweenRunsMs()) this.#endRun(false);
    this.#run.push(atMs);
    this.#periodFrames += 1;
  }

  #gapBetweenRunsMs(): number {
    return this.#schedule.slotMs + this.#schedule.restMs - 30;
  }

  /** Frames of a run lie on start + i·δ, one per slot, and fill whole periods: a power of two of them (section 9.5). */
  #endRun(last: boolean, cut = false): void {
    const times = this.#run;
    if (times.length === 0) return;
    this.#run = [];
    const { slotMs, longestRun, backgroundMs } = this.#schedule;
    // The latest start that makes no frame early: the frame of slot i, or of a later one, is the i-th.
    const startMs = Math.min(...times.map((atMs, rank) => atMs - rank * slotMs));
    const lastMs = times.at(-1) ?? 0;
    const slots = Math.floor((lastMs - startMs + EARLY_MS) / slotMs) + 1;
    for (const atMs of times) this.#latenessMs.push((atMs - startMs) % slotMs);
    const periods = Math.round(slots / this.#perPeriod);
    const whole = periods > 0 && Math.abs(slots - periods * this.#perPeriod) <= (this.#perPeriod > 4 ? 1 : 0);
    const allowed = (periods & (periods - 1)) === 0 && periods <= longestRun;
    if (last && cut) return;
    if (!whole || !(allowed || (this.#closed && last))) {
      this.#fault(startMs, lastMs, `a run of ${slots} slots, allowed ${this.#perPeriod} · 1, 2, 4 … ${longestRun}`);
    } else if (times.length > periods * this.#perPeriod) {
      this.#fault(startMs, lastMs, `${times.length} frames in a run of ${periods * this.#perPeriod} slots`);
    }
    const missing = Math.max(0, periods * this.#perPeriod - times.length);
    this.#skipped += missing;
    this.#runs.push({ startMs, periods, frames: times.length });
    // If the first slot was skipped, the run began one slot earlier than its frames show.
    this.#backgroundSlackMs = ANCHOR_MS + missing * slotMs;
    this.#backgroundNextMs = startMs + (periods * this.#perPeriod - 1) * slotMs + backgroundMs;
  }

  #takeBackground(atMs: number): void {
    const { backgroundMs } = this.#schedule;
    let dueMs = this.#backgroundNextMs ?? atMs;
    this.#backgroundFrames += 1;
    const earlyMs = dueMs - atMs;
    if (earlyMs > EARLY_MS && earlyMs <= this.#backgroundSlackMs + EARLY_MS) dueMs = atMs;
    else if (earlyMs > EARLY_MS) {
      this.#fault(atMs - backgroundMs, atMs, `a background frame ${Math.round(earlyMs)} ms before its slot`);
      return;
    }
    this.#backgroundSlackMs = this.#runs.length === 0 ? UNANCHORED_MS : ANCHOR_MS;
    const passed = Math.max(0, Math.floor((atMs - dueMs) / backgroundMs));
    this.#skipped += passed;
    this.#latenessMs.push(atMs - dueMs - passed * backgroundMs);
    this.#backgroundNextMs = dueMs + (passed + 1) * backgroundMs;
  }

  #fault(fromMs: number, untilMs: number, text: string): void {
    const atS = ((fromMs - (this.#firstMs ?? fromMs)) / 1000).toFixed(3);
    this.#faults.push({ fromMs, untilMs, text: `at ${atS} s: ${text}` });
  }
}
