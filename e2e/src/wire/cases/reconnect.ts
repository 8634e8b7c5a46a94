// Invariant 11 after a loss: devices that were lost together come back with jitter, alike with queued payload and without,
// and begin with the unconditional run again.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { viewSession } from '../audit/session-view.ts';
import { largestDistance, quantile, separation } from '../audit/statistics.ts';
import { RoughRelay } from '../capture/rough-relay.ts';
import { withRig } from '../rig/rig.ts';
import { fastPolicy } from '../rig/wire-policy.ts';

const DEVICES = 24;
/** Ceiling of the first wait, ms: it is uniform from 0 (full jitter). */
const CEILING_MS = 1500;

export const reconnectCase: Case = {
  name: 'reconnect',
  about: 'invariant 11: after a loss devices reconnect with full jitter, whatever is queued',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [fastPolicy] }, async (rig) => {
      const relays = { queued: await RoughRelay.start(rig.cloudPort), empty: await RoughRelay.start(rig.cloudPort) };
      const backoff = { minMs: CEILING_MS, maxMs: 8 * CEILING_MS };
      for (const [kind, through] of Object.entries(relays)) {
        for (let index = 0; index < DEVICES; index += 1) {
          await rig.connect(fastPolicy.fleet, `${kind}-${index}`, { through, backoff });
        }
      }
      const queued = Array.from({ length: DEVICES }, (_, index) => `queued-${index}`);
      await rig.open(queued, 'sink', 'out');
      await rig.plan(queued.map((device) => ({ do: 'write', device, stream: 'out', bytes: 100_000, atMs: 0 })));
      await delay(400);
      const lostMs = monotonicMs();
      for (const relay of Object.values(relays)) relay.cut();
      await delay(CEILING_MS + 2500);
      const waits: Record<string, number[]> = {};
      for (const [kind, relay] of Object.entries(relays)) {
        const again = relay.connections.slice(DEVICES);
        const first = again.slice(0, DEVICES);
        waits[kind] = first.map(({ openedMs }) => openedMs - lostMs);
        faults.expect(first.length === DEVICES, `${kind}: ${first.length} of ${DEVICES} devices came back`);
        const begun = first.filter(
          (capture) => viewSession(capture, 'TLSv1.3').up.session[0]?.size === fastPolicy.frameSize,
        );
        faults.expect(
          begun.length === first.length,
          `${kind}: ${first.length - begun.length} connections do not begin with a run`,
        );
        figures[`${kind}_wait_p50_ms`] = quantile(waits[kind] ?? [], 0.5);
        figures[`${kind}_wait_max_ms`] = Math.max(...(waits[kind] ?? []));
        await relay.close();
      }
      const all = Object.values(waits).flat();
      const even = Array.from({ length: 1000 }, (_, index) => ((index + 0.5) * CEILING_MS) / 1000);
      // Kolmogorov–Smirnov at 0.1 %: 1.95 / √n.
      const limit = 1.95 / Math.sqrt(all.length);
      const distance = largestDistance(all, even);
      figures.distance_from_even = distance;
      faults.expect(
        distance <= limit,
        `waits are not even between 0 and ${CEILING_MS} ms: distance ${distance.toFixed(3)}, allowed ${limit.toFixed(3)}`,
      );
      const apart = separation(
        [waits.empty ?? []].flatMap((values) => values.map((value) => [value])),
        (waits.queued ?? []).map((value) => [value]),
      );
      figures.auc_queued = apart.value;
      faults.expect(
        apart.low <= 0.55 && apart.high >= 0.45,
        `waits with and without queued payload differ: ${apart.value.toFixed(3)}`,
      );
      faults.list.push(...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};
