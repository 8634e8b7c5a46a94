// Invariant 2: one slot, one write, one record. However much a program hands over at once, however long an end stands still
// or its socket does not take more: no record of another size, never two in a slot, and nothing is made up for later.
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { ChildProgram, JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditGrid } from '../audit/grid.ts';
import { viewSession } from '../audit/session-view.ts';
import { RoughRelay } from '../capture/rough-relay.ts';
import type { Direction } from '../capture/wire-record.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { constantPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const heavy: WirePolicy = { ...constantPolicy, fleet: 'heavy', frameSize: 16_000 };
const SLOT_MS = constantPolicy.slotMs.up;
const STALL_MS = 200;
const STALLS = 4;
/** The longest that a full buffer is waited for, ms. */
const LONGEST_HOLD_MS = 20_000;
const SETTLE_MS = 1000;

export const oneWriteCase: Case = {
  name: 'one-write',
  about: 'invariant 2: no merged records, no burst and no catching up after stalls of either end or of the network',
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    const standingEnds = withRig({ policies: [constantPolicy], exactness: 'microseconds' }, async (rig) => {
      const link = await rig.connect(constantPolicy.fleet, 'only');
      await rig.open(['only'], 'manual');
      await backlog(rig, 'only');
      await stalls(rig, link, figures, faults);
      faults.list.push(...rig.capture.faults, ...rig.programFaults);
    });
    await Promise.all([standingEnds, withRig({ policies: [heavy] }, (rig) => fullBuffers(rig, figures, faults))]);
    return faults.outcome(figures);
  },
};

/** Many small writes in one turn, again and again: a queue that would love to catch up, in both directions. */
async function backlog(rig: Rig, device: string): Promise<void> {
  const startMs = monotonicMs() + 100;
  const [up, down]: [JsonObject[], JsonObject[]] = [[], []];
  for (let atMs = startMs; atMs < startMs + 8000; atMs += 1000) {
    for (let write = 0; write < 200; write += 1) {
      up.push({ do: 'write', device, stream: 'a', bytes: 300, atMs });
      down.push({ do: 'write', device, bytes: 300, atMs });
    }
  }
  await rig.plan(up, down);
}

/** The ends stand still in turn: by work in their event loop, and stopped as a whole. */
async function stalls(rig: Rig, link: Link, figures: Record<string, number>, faults: Faults): Promise<void> {
  const stalled: { direction: Direction; fromMs: number; untilMs: number }[] = [];
  for (let round = 0; round < STALLS; round += 1) {
    for (const [direction, program] of [
      ['up', rig.devices],
      ['down', rig.cloud],
    ] as const) {
      await delay(2 * STALL_MS);
      const fromMs = monotonicMs();
      if (round % 2 === 0) await program.request({ do: 'busy', ms: STALL_MS });
      else await freeze(program);
      stalled.push({ direction, fromMs, untilMs: monotonicMs() });
    }
  }
  await delay(SETTLE_MS);
  for (const direction of ['up', 'down'] as const) {
    const frames = viewSession(link.capture, link.version)[direction].session;
    const times = frames.map(({ atMs }) => atMs);
    const sizes = new Set(frames.map(({ size }) => size));
    const grid = auditGrid(times, SLOT_MS);
    faults.expect(sizes.size === 1, `${direction}: frames of ${[...sizes].join(', ')} bytes, allowed one size`);
    faults.expect(grid.doubled <= 1, `${direction}: ${grid.doubled} slots have a second frame`);
    const joined = frames.filter(({ several }) => several).length;
    faults.expect(joined <= 1, `${direction}: ${joined} records came together with another`);
    for (const { fromMs, untilMs } of stalled.filter((stall) => stall.direction === direction)) {
      const during = count(times, fromMs + SLOT_MS, untilMs - 5);
      faults.expect(during === 0, `${direction}: ${during} frames while the sender stood still`);
      const after = count(times, untilMs - 5, untilMs + STALL_MS);
      const slots = Math.ceil((STALL_MS + 5) / SLOT_MS) + 1;
      faults.expect(after <= slots, `${direction}: ${after} frames in the ${slots} slots after a stall`);
    }
    // The other end's stalls, in which it read nothing, changed nothing here.
    for (const { fromMs, untilMs } of stalled.filter((stall) => stall.direction !== direction)) {
      const sent = count(times, fromMs, untilMs);
      const slots = Math.floor((untilMs - fromMs) / SLOT_MS);
      faults.expect(
        Math.abs(sent - slots) <= 2,
        `${direction}: ${sent} frames in ${slots} slots while the receiver stood still`,
      );
    }
    figures[`frames_${direction}`] = times.length;
    figures[`skipped_${direction}`] = grid.empty;
    figures[`doubled_${direction}`] = grid.doubled;
    const least = (STALLS * STALL_MS) / SLOT_MS - STALLS * 2;
    faults.expect(
      grid.empty >= least,
      `${direction}: ${grid.empty} slots were skipped in the stalls, expected ${least} at least`,
    );
  }
}

async function freeze(program: ChildProgram): Promise<void> {
  program.freeze();
  await delay(STALL_MS);
  program.thaw();
}

/** The network takes nothing for so long that writes stay in the process: slots are skipped, and stay so. */
async function fullBuffers(rig: Rig, figures: Record<string, number>, faults: Faults): Promise<void> {
  const relay = await RoughRelay.start(rig.cloudPort);
  const link = await rig.connect(heavy.fleet, 'heavy', { through: relay });
  await delay(SETTLE_MS);
  const heldMs = monotonicMs();
  relay.hold();
  await delay(await fillingMs());
  relay.release();
  const releasedMs = monotonicMs();
  await delay(3 * SETTLE_MS);
  const endMs = monotonicMs();
  for (const direction of ['up', 'down'] as const) {
    const frames = viewSession(link.capture, link.version)[direction].session;
    const times = frames.map(({ atMs }) => atMs);
    const sizes = new Set(frames.map(({ size }) => size));
    faults.expect(sizes.size === 1, `${direction}: frames of ${[...sizes].join(', ')} bytes, allowed one size`);
    const slots = Math.floor((releasedMs + SETTLE_MS - heldMs) / SLOT_MS);
    const sent = count(times, heldMs, releasedMs + SETTLE_MS);
    figures[`held_slots_${direction}`] = slots;
    figures[`held_sent_${direction}`] = sent;
    // What the kernel had taken comes out at once; what it had not taken must be gone.
    faults.expect(
      sent <= slots - 20,
      `${direction}: ${sent} frames for ${slots} slots around a full buffer: nothing was skipped`,
    );
    const later = times.filter((atMs) => atMs > releasedMs + SETTLE_MS && atMs < endMs);
    const grid = auditGrid(later, SLOT_MS);
    faults.expect(grid.doubled <= 2, `${direction}: ${grid.doubled} slots have a second frame after the full buffer`);
    faults.expect(
      later.length >= (1.7 * SETTLE_MS) / SLOT_MS,
      `${direction}: only ${later.length} frames after the full buffer`,
    );
  }
  await relay.close();
}

/** How long frames of 16,000 bytes take to fill what the kernel keeps for one socket, and a half more, ms. */
async function fillingMs(): Promise<number> {
  const limits = await readFile('/proc/sys/net/ipv4/tcp_wmem', 'utf8').catch(() => '');
  const bytes = Number(limits.trim().split(/\s+/)[2] ?? 4 * 1024 * 1024);
  return Math.min(LONGEST_HOLD_MS, (1.5 * bytes * SLOT_MS) / heavy.frameSize);
}

function count(times: readonly number[], fromMs: number, untilMs: number): number {
  return times.filter((atMs) => atMs >= fromMs && atMs < untilMs).length;
}
