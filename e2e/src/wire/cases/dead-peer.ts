// Invariant 9, the other half: the background serves as keepalive and bounds the time until a dead peer is noticed. While
// the peer is silent the schedule goes on.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { viewSession } from '../audit/session-view.ts';
import { withRig } from '../rig/rig.ts';
import { fastPolicy } from '../rig/wire-policy.ts';

/** SPEC.md section 12.4. */
const DEAD_AFTER_MS = 10_000;
/** Noticed at the end's next own slot, ms. */
const NOTICED_MS = 1500;

export const deadPeerCase: Case = {
  name: 'dead-peer',
  about: 'invariant 9: a peer that says nothing for 10 s is dropped, and the schedule goes on until then',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [fastPolicy] }, async (rig) => {
      const link = await rig.connect(fastPolicy.fleet, 'only', { backoff: { minMs: 60_000, maxMs: 60_000 } });
      await delay(1200);
      const silentMs = monotonicMs();
      rig.cloud.freeze();
      await delay(DEAD_AFTER_MS + NOTICED_MS + 500);
      rig.cloud.thaw();
      const down = rig.events.find(({ event }) => event === 'down');
      const afterMs = Number(down?.atMs ?? Number.NaN) - silentMs;
      const frames = viewSession(link.capture, link.version).up.session.filter(({ atMs }) => atMs > silentMs);
      const slots = afterMs / fastPolicy.backgroundMs;
      figures.dropped_after_ms = afterMs;
      figures.frames = frames.length;
      faults.expect(
        afterMs >= DEAD_AFTER_MS - fastPolicy.backgroundMs && afterMs <= DEAD_AFTER_MS + NOTICED_MS,
        `dropped after ${afterMs} ms`,
      );
      faults.expect(
        Math.abs(frames.length - slots) <= 2,
        `${frames.length} frames to a silent peer in ${slots.toFixed(1)} slots`,
      );
    });
    return faults.outcome(figures);
  },
};
