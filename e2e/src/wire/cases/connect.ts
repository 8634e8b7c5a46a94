// Invariant 11, the beginning: the first run after connecting is unconditional. It begins at once, with payload and
// without, and without payload it is one period long.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import { auditLink } from '../audit/link-audit.ts';
import { judge, type ScheduleFault } from '../audit/stalls.ts';
import { quantile } from '../audit/statistics.ts';
import { withRig } from '../rig/rig.ts';
import { fastPolicy } from '../rig/wire-policy.ts';

const DEVICES = 24;
/** From the cloud's last bootstrap record to the first frame up, ms. */
const AT_ONCE_MS = 25;

export const connectCase: Case = {
  name: 'connect',
  about: 'invariant 11: the first run after connecting comes at once, with payload and without',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const figures: Record<string, number> = {};
    await withRig({ policies: [fastPolicy] }, async (rig) => {
      const links = [];
      for (let index = 0; index < DEVICES; index += 1) {
        const version = index % 4 < 2 ? 'TLSv1.3' : 'TLSv1.2';
        const first = { stream: 'a', service: 'sink', bytes: 5000 };
        links.push(
          await rig.connect(fastPolicy.fleet, `device-${index}`, { version, ...(index % 2 === 0 ? { first } : {}) }),
        );
        await delay(40);
      }
      await delay(2500);
      const lags: Record<'payload' | 'empty', number[]> = { payload: [], empty: [] };
      const found: ScheduleFault[] = [];
      let slots = 0;
      for (const [index, link] of links.entries()) {
        const audit = auditLink(link, fastPolicy);
        found.push(...audit.faults);
        slots += audit.slots;
        const kind = index % 2 === 0 ? 'payload' : 'empty';
        const accepted = audit.view.down.bootstrap.at(-1);
        const [run] = audit.runs;
        const first = audit.view.up.session[0];
        if (accepted === undefined || run === undefined || first?.size !== fastPolicy.frameSize) {
          faults.expect(false, `${link.device} (${kind}): the session does not begin with a run`);
          continue;
        }
        lags[kind].push(first.atMs - accepted.atMs);
        faults.expect(run.first === 'up', `${link.device} (${kind}): the cloud shows first`);
        if (kind === 'empty') {
          faults.expect(run.up.periods === 1, `${link.device}: ${run.up.periods} periods without payload, expected 1`);
          faults.expect(
            audit.runs.length === 1,
            `${link.device}: ${audit.runs.length} runs without payload, expected 1`,
          );
        }
      }
      for (const kind of ['payload', 'empty'] as const) {
        figures[`${kind}_lag_p50_ms`] = quantile(lags[kind], 0.5);
        figures[`${kind}_lag_max_ms`] = Math.max(...lags[kind]);
        const late = lags[kind].filter((lag) => lag > AT_ONCE_MS).length;
        faults.expect(
          late <= 2,
          `${kind}: ${late} of ${lags[kind].length} first runs begin later than ${AT_ONCE_MS} ms`,
        );
      }
      const apart = Math.abs(quantile(lags.payload, 0.5) - quantile(lags.empty, 0.5));
      faults.expect(apart <= 2, `first runs with and without payload are ${apart.toFixed(2)} ms apart in the median`);
      const verdict = judge(found, await rig.stalls(), slots);
      figures.connections = links.length;
      figures.excused = verdict.excused;
      faults.list.push(...verdict.faults, ...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};
