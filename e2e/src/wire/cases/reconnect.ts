// Invariant 11 after a loss: devices that were lost together come back with jitter, alike with queued payload and without,
// and begin with the unconditional run again.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { viewSession } from '../audit/session-view.ts';
import { largestDistance, quantile, separation, undecided } from '../audit/statistics.ts';
import { RoughRelay } from '../capture/rough-relay.ts';
import { type Rig, withRig } from '../rig/rig.ts';
import { fastPolicy } from '../rig/wire-policy.ts';

/** Of each kind in a round. All are new in each: after a second loss so soon, a device waits from a higher ceiling. */
const DEVICES = 30;
const ROUNDS = 5;
const kinds = ['queued', 'empty'] as const;
type Kind = (typeof kinds)[number];
/** Ceiling of the first wait, ms: it is uniform from 0 (full jitter). */
const CEILING_MS = 1500;
/** Until connections that came last have shown their first frame, ms. */
const SETTLE_MS = 800;
/** Of the separation: 150 waits of each kind give ± 0.065, so that alike ones stay inside; waits cut by 40 % give 0.3. */
const LIMIT = 0.17;

export const reconnectCase: Case = {
  name: 'reconnect',
  about: 'invariant 11: after a loss devices reconnect with full jitter, whatever is queued',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    const waits: Record<Kind, number[]> = { queued: [], empty: [] };
    await withRig({ policies: [fastPolicy] }, async (rig) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        const found = await lose(rig, round, faults);
        for (const kind of kinds) waits[kind].push(...found[kind]);
      }
      faults.list.push(...rig.programFaults);
    });
    for (const kind of kinds) {
      figures[`${kind}_waits`] = waits[kind].length;
      figures[`${kind}_wait_p50_ms`] = quantile(waits[kind], 0.5);
      figures[`${kind}_wait_max_ms`] = Math.max(...waits[kind]);
    }
    const all = [...waits.queued, ...waits.empty];
    const even = Array.from({ length: 1000 }, (_, index) => ((index + 0.5) * CEILING_MS) / 1000);
    // Kolmogorov–Smirnov at 0.1 %: 1.95 / √n.
    const limit = 1.95 / Math.sqrt(all.length);
    const distance = largestDistance(all, even);
    figures.distance_from_even = distance;
    faults.expect(
      distance <= limit,
      `waits are not even between 0 and ${CEILING_MS} ms: distance ${distance.toFixed(3)}, allowed ${limit.toFixed(3)}`,
    );
    const single = (values: readonly number[]) => values.map((value) => [value]);
    const apart = separation(single(waits.empty), single(waits.queued));
    figures.auc_queued = apart.value;
    faults.list.push(...undecided('waits with and without queued payload', apart, LIMIT));
    return faults.outcome(figures);
  },
};

/** New devices, half of them with payload queued, lose their connections together. @returns how long each waited, ms. */
async function lose(rig: Rig, round: number, faults: Faults): Promise<Record<Kind, number[]>> {
  const relays = { queued: await RoughRelay.start(rig.cloudPort), empty: await RoughRelay.start(rig.cloudPort) };
  const backoff = { minMs: CEILING_MS, maxMs: 8 * CEILING_MS };
  const devices: Record<Kind, string[]> = { queued: [], empty: [] };
  // Alternately, so that neither kind is older than the other.
  for (let index = 0; index < DEVICES; index += 1) {
    for (const kind of kinds) {
      const device = `${kind}-${round}-${index}`;
      devices[kind].push(device);
      await rig.connect(fastPolicy.fleet, device, { through: relays[kind], backoff });
    }
  }
  await rig.open(devices.queued, 'sink', 'out');
  await rig.plan(devices.queued.map((device) => ({ do: 'write', device, stream: 'out', bytes: 100_000, atMs: 0 })));
  await delay(400);
  const lostMs = monotonicMs();
  for (const relay of Object.values(relays)) relay.cut();
  await delay(CEILING_MS + SETTLE_MS);
  const waits: Record<Kind, number[]> = { queued: [], empty: [] };
  for (const kind of kinds) {
    const again = relays[kind].connections.slice(DEVICES, 2 * DEVICES);
    waits[kind] = again.map(({ openedMs }) => openedMs - lostMs);
    faults.expect(again.length === DEVICES, `${kind}: ${again.length} of ${DEVICES} devices came back`);
    const begun = again.filter(
      (capture) => viewSession(capture, 'TLSv1.3').up.session[0]?.size === fastPolicy.frameSize,
    );
    const others = again.length - begun.length;
    faults.expect(others === 0, `${kind}: ${others} connections do not begin with a run`);
  }
  const ending = [...devices.queued, ...devices.empty].map((device) => rig.devices.request({ do: 'destroy', device }));
  await Promise.all(ending);
  await Promise.all(Object.values(relays).map((relay) => relay.close()));
  return waits;
}
