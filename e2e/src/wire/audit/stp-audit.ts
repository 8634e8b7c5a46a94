// Explains every frame and every slot of one direction of an STP session by the schedule that the policy promises (SPEC.md
// sections 8.3, 8.4 and 9.5), from sizes and times alone. What the schedule cannot explain is a fault, and so is a slot
// that passed without a frame: whether the machine is to blame is for stalls.ts.
import type { Direction } from '../capture/wire-record.ts';
import { EARLY_MS, MISSING_AT_START, perPeriodOf, type StpSchedule, secondRun, slotGrid } from './run-grid.ts';
import type { FrameRecord } from './session-view.ts';
import type { ScheduleFault, Stretch } from './stalls.ts';

export interface Run {
  /** Deadline of the first slot as the frames show it. */
  readonly startMs: number;
  /** When the first frame was seen: what the other end's reaction counts from. */
  readonly firstMs: number;
  readonly periods: number;
  readonly frames: number;
}

export interface FrameRange {
  readonly first: number;
  readonly last: number;
}

export interface StpAudit {
  readonly runs: readonly Run[];
  /** The first and the last frame of each run, of one that is cut off, too: by their numbers, since times may be equal. */
  readonly inRun: readonly FrameRange[];
  readonly backgroundFrames: number;
  readonly periodFrames: number;
  /** Slots that passed without a frame; each is a fault. */
  readonly skipped: number;
  /** How late frames were against their slots, ms, ascending. */
  readonly latenessMs: readonly number[];
  readonly faults: readonly ScheduleFault[];
}

/** A frame that is later than this against its slot is a fault, ms: the watch for stalls sees what delays more. */
const LATE_MS = 25;
/** The grid of the background is known from frames, the last run's or the first ones, and all of these may have been late. */
const ANCHOR_MS = 15;
const UNANCHORED_MS = 30;
/** What a rest may look shorter, ms. */
const REST_SLACK_MS = 30;

export interface StpAuditOptions {
  /** Nothing after it is looked at: the last run may be cut there. Default: the whole capture. */
  readonly untilMs?: number;
  /** The session was closed at the end: its last run is cut at a period's end, whatever its length. */
  readonly closed?: boolean;
  /** Whose slots these are; default up. */
  readonly sender?: Direction;
  /** The capture goes on until then, so that slots after the last frame are known to be empty; ms. */
  readonly seenMs?: number;
}

export function auditStp(
  frames: readonly FrameRecord[],
  schedule: StpSchedule,
  options: StpAuditOptions = {},
): StpAudit {
  const { untilMs = Number.POSITIVE_INFINITY, closed = false, seenMs = Number.NEGATIVE_INFINITY } = options;
  const audit = new Auditor(schedule, closed, options.sender ?? 'up');
  for (const frame of frames) if (frame.atMs <= untilMs) audit.take(frame);
  return audit.end(untilMs !== Number.POSITIVE_INFINITY, seenMs);
}

/** Slots missing at an end of a run: the frames alone do not tell at which. */
interface MissingEdge {
  readonly count: number;
  readonly startMs: number;
  /** Where the run's slots end as the frames show it. */
  readonly endMs: number;
}

class Auditor {
  readonly #schedule: StpSchedule;
  readonly #closed: boolean;
  readonly #sender: Direction;
  readonly #perPeriod: number;
  readonly #runs: Run[] = [];
  readonly #inRun: FrameRange[] = [];
  /** Number of the frame that is looked at; of the first and the last one of the present run. */
  #frame = -1;
  #runFirst = 0;
  #runLast = 0;
  readonly #latenessMs: number[] = [];
  readonly #faults: ScheduleFault[] = [];
  #run: number[] = [];
  #edge: MissingEdge | undefined;
  #backgroundNextMs: number | undefined;
  /** How much earlier than expected the next background frame may be without a fault. */
  #backgroundSlackMs = UNANCHORED_MS;
  #backgroundFrames = 0;
  #periodFrames = 0;
  #skipped = 0;
  #firstMs: number | undefined;

  constructor(schedule: StpSchedule, closed: boolean, sender: Direction) {
    this.#schedule = schedule;
    this.#closed = closed;
    this.#sender = sender;
    this.#perPeriod = perPeriodOf(schedule);
  }

  take({ atMs, size }: FrameRecord): void {
    this.#firstMs ??= atMs;
    this.#frame += 1;
    const { frameSize, backgroundSize } = this.#schedule;
    if (size === frameSize) this.#takePeriodFrame(atMs);
    else if (size === backgroundSize) {
      this.#endRun(false);
      this.#takeBackground(atMs);
    } else {
      const text = `a record of ${size} bytes, allowed ${frameSize} and ${backgroundSize}`;
      this.#fault({ fromMs: atMs, untilMs: Number.NEGATIVE_INFINITY }, text);
    }
  }

  end(cut: boolean, seenMs: number): StpAudit {
    const inRun = this.#run.length > 0;
    this.#endRun(true, cut);
    this.#settleEdge(undefined);
    if (!this.#closed && !(inRun && cut)) this.#emptyBackground(seenMs - LATE_MS);
    return {
      runs: this.#runs,
      inRun: this.#inRun,
      backgroundFrames: this.#backgroundFrames,
      periodFrames: this.#periodFrames,
      skipped: this.#skipped,
      latenessMs: this.#latenessMs.sort((a, b) => a - b),
      faults: this.#faults,
    };
  }

  #takePeriodFrame(atMs: number): void {
    if (this.#beginsAnother(atMs)) this.#endRun(false);
    if (this.#run.length === 0) {
      this.#settleEdge(undefined);
      this.#emptyBackground(atMs - LATE_MS);
      this.#runFirst = this.#frame;
    }
    this.#runLast = this.#frame;
    this.#run.push(atMs);
    this.#periodFrames += 1;
  }

  /** Runs are apart by the rest at least, which is two slots or more; other gaps are empty slots. */
  #beginsAnother(atMs: number): boolean {
    const { slotMs, restMs, periodMs } = this.#schedule;
    const last = this.#run.at(-1);
    if (last === undefined || atMs - last <= slotMs + restMs - REST_SLACK_MS) return false;
    this.#endFirstOfTwo(false);
    const { startMs, slots: slotOf } = slotGrid(this.#run, this.#schedule);
    const slots = (slotOf.at(-1) ?? 0) + 1;
    // A last frame that is very late looks like one of the next slot; a first slot or two may be missing.
    const periods = Math.max(1, Math.ceil((slots - 1) / this.#perPeriod));
    const whole = periods * this.#perPeriod - slots <= MISSING_AT_START;
    const endMs = whole ? startMs + slots * slotMs : startMs + periods * periodMs;
    return atMs >= endMs + restMs - REST_SLACK_MS;
  }

  /** Frames of a run lie on start + i·δ, one in each slot, and fill whole periods: a power of two of them (section 9.5). */
  #endRun(last: boolean, cut = false): void {
    this.#endFirstOfTwo(last && cut);
    const times = this.#run;
    if (times.length === 0) return;
    this.#run = [];
    const { slotMs, longestRun, backgroundMs, periodMs, leadMs } = this.#schedule;
    const { startMs, slots: slotOf } = slotGrid(times, this.#schedule);
    const slots = (slotOf.at(-1) ?? 0) + 1;
    this.#lookAtSlots(times, startMs, slotOf);
    this.#inRun.push({ first: this.#runFirst, last: this.#runLast });
    if (last && cut) return;
    const periods = Math.max(1, Math.round(slots / this.#perPeriod));
    const endMs = startMs + periods * periodMs;
    const text = `a run of ${slots} slots, allowed ${this.#perPeriod} · 1, 2, 4 … ${longestRun}`;
    const missing = periods * this.#perPeriod - slots;
    if (missing < 0) this.#fault({ fromMs: endMs - slotMs, untilMs: times.at(-1) ?? endMs }, text);
    const allowed = Number.isInteger(Math.log2(periods)) && periods <= longestRun;
    // Whether to go on was decided a lead before the last period began.
    if (!allowed && !(this.#closed && last)) {
      this.#fault({ fromMs: endMs - periodMs - leadMs, untilMs: endMs, sender: undefined }, text);
    }
    const runEndMs = startMs + slots * slotMs;
    if (missing > 0) this.#edge = { count: missing, startMs, endMs: runEndMs };
    if (missing > 1)
      this.#fault(
        { fromMs: runEndMs, untilMs: endMs, or: { fromMs: startMs - missing * slotMs, untilMs: startMs } },
        text,
      );
    this.#runs.push({ startMs, firstMs: times[0] ?? startMs, periods, frames: times.length });
    this.#backgroundSlackMs = ANCHOR_MS;
    this.#backgroundNextMs = endMs - slotMs + backgroundMs;
  }

  /**
   * Ends the first run of frames that are those of two. A follower's run is later than the leader's by what it took to read of
   * it, and its rest ends with the leader's: a stall where the first run or the second one began makes it short or long.
   */
  #endFirstOfTwo(isCut: boolean): void {
    const { restMs, slotMs } = this.#schedule;
    const times = this.#run;
    const second = secondRun(times, this.#schedule, isCut);
    if (second === undefined) return;
    const [endMs, startMs] = [times[second - 1] ?? 0, times[second] ?? 0];
    const [lastFrame, firstMs] = [this.#runLast, times[0] ?? 0];
    this.#run = times.slice(0, second);
    this.#runLast = this.#runFirst + second - 1;
    this.#endRun(false);
    this.#settleEdge(undefined);
    const or = { fromMs: firstMs - restMs, untilMs: firstMs + slotMs };
    const text = `a rest of ${Math.round(startMs - endMs - slotMs)} ms between two runs, at least ${restMs}`;
    this.#fault({ fromMs: endMs, untilMs: startMs, or, sender: undefined }, text);
    this.#run = times.slice(second);
    [this.#runFirst, this.#runLast] = [this.#runLast + 1, lastFrame];
  }

  /** Every slot between the first frame and the last has one frame, in time. */
  #lookAtSlots(times: readonly number[], startMs: number, slotOf: readonly number[]): void {
    const { slotMs } = this.#schedule;
    for (const [rank, atMs] of times.entries()) {
      const slot = slotOf[rank] ?? 0;
      const dueMs = startMs + slot * slotMs;
      const before = rank === 0 ? -1 : (slotOf[rank - 1] ?? 0);
      for (let empty = before + 1; empty < slot; empty += 1) this.#emptySlot(startMs + empty * slotMs, empty);
      // The first of two may be the frame of the slot before, which a stall there made late.
      const both = { fromMs: dueMs - slotMs, untilMs: dueMs + slotMs };
      if (before === slot) this.#fault(both, `two frames in slot ${slot} of a run`);
      const lateMs = Math.max(0, atMs - dueMs);
      this.#latenessMs.push(lateMs);
      if (lateMs > LATE_MS) this.#late(dueMs, atMs, `in slot ${slot} of a run`);
    }
  }

  #emptySlot(dueMs: number, slot: number, or?: Stretch): void {
    this.#skipped += 1;
    this.#fault({ fromMs: dueMs, untilMs: dueMs + this.#schedule.slotMs, or }, `no frame in slot ${slot} of a run`);
  }

  /** @param head how many of the slots that an end of the last run lacks are at its beginning; undefined: nobody knows. */
  #settleEdge(head: number | undefined): void {
    const edge = this.#edge;
    this.#edge = undefined;
    if (edge === undefined) return;
    const { slotMs } = this.#schedule;
    for (let index = 0; index < edge.count; index += 1) {
      const headMs = edge.startMs - (index + 1) * slotMs;
      const tailMs = edge.endMs + (head === undefined ? index : index - head) * slotMs;
      const slot = Math.round((tailMs - edge.startMs) / slotMs);
      if (head === undefined) this.#emptySlot(tailMs, slot, { fromMs: headMs, untilMs: headMs + slotMs });
      else if (index < head) this.#emptySlot(headMs, -1 - index);
      else this.#emptySlot(tailMs, slot);
    }
  }

  #takeBackground(atMs: number): void {
    const { backgroundMs, slotMs } = this.#schedule;
    this.#backgroundFrames += 1;
    let dueMs = this.#backgroundNextMs ?? atMs;
    // If the first slots of a run are missing, it began so much earlier than its frames show, and so does what follows it.
    const missing = this.#edge?.count ?? 0;
    const head = Math.min(missing, Math.max(0, Math.round((dueMs - atMs) / slotMs)));
    this.#settleEdge(head);
    dueMs -= head * slotMs;
    const earlyMs = dueMs - atMs;
    if (earlyMs > this.#backgroundSlackMs + EARLY_MS) {
      const stretch = { fromMs: atMs, untilMs: dueMs };
      this.#fault(stretch, `a background frame ${Math.round(earlyMs)} ms before its slot`);
      return;
    }
    if (earlyMs > EARLY_MS) dueMs = atMs;
    this.#backgroundSlackMs = this.#runs.length === 0 ? UNANCHORED_MS : ANCHOR_MS;
    this.#backgroundNextMs = dueMs;
    dueMs = this.#emptyBackground(atMs - backgroundMs);
    this.#latenessMs.push(atMs - dueMs);
    if (atMs - dueMs > LATE_MS) this.#late(dueMs, atMs, 'of the background');
    this.#backgroundNextMs = dueMs + backgroundMs;
  }

  /** Slots of the background that were due by then have no frame. @returns the next one. */
  #emptyBackground(untilMs: number): number {
    const { backgroundMs } = this.#schedule;
    let dueMs = this.#backgroundNextMs ?? Number.POSITIVE_INFINITY;
    for (; dueMs <= untilMs; dueMs += backgroundMs) {
      this.#skipped += 1;
      const slot = { fromMs: dueMs, untilMs: Math.min(dueMs + backgroundMs, untilMs + LATE_MS) };
      this.#fault(slot, 'no frame in a background slot');
    }
    this.#backgroundNextMs = dueMs;
    return dueMs;
  }

  #late(dueMs: number, atMs: number, where: string): void {
    this.#fault({ fromMs: dueMs, untilMs: atMs }, `a frame ${Math.round(atMs - dueMs)} ms late ${where}`);
  }

  #fault(stretch: Omit<ScheduleFault, 'text'>, text: string): void {
    const atS = ((stretch.fromMs - (this.#firstMs ?? stretch.fromMs)) / 1000).toFixed(3);
    this.#faults.push({ sender: this.#sender, ...stretch, text: `at ${atS} s: ${text}` });
  }
}
