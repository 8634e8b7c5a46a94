// Invariant 7: a run that the device starts shows upstream first, a run that the cloud starts shows downstream first,
// whether payload or a virtual activity started it.
import { type Case, Faults } from '../../harness/cases.ts';
import { playRuns } from './run-stage.ts';

const DEVICES = 5;
const SECONDS = 9;

export const initiatorCase: Case = {
  name: 'initiator',
  about: 'invariant 7: the end that starts a run shows first, for payload and for cover',
  waits: true,
  run: async () => {
    const faults = new Faults();
    const stage = await playRuns(DEVICES, SECONDS, 'milliseconds');
    const figures: Record<string, number> = { excused: stage.excused, unanswered: stage.unanswered };
    for (const real of [true, false]) {
      for (const end of ['up', 'down'] as const) {
        const runs = stage.runs.filter((entry) => entry.real === real && entry.end === end);
        const first = runs.filter(({ run }) => run.first === end).length;
        const name = `${real ? 'payload' : 'cover'}_${end}`;
        figures[`${name}_first`] = first;
        figures[name] = runs.length;
        faults.expect(runs.length >= 15, `only ${runs.length} runs by ${real ? 'payload' : 'cover'} from ${end}`);
        faults.expect(
          first === runs.length,
          `${runs.length - first} of ${runs.length} runs that ${real ? 'payload' : 'cover'} began in direction ${end} show the other first`,
        );
      }
    }
    const planned = stage.unanswered + (figures.payload_up ?? 0) + (figures.payload_down ?? 0);
    faults.expect(
      stage.unanswered <= planned * 0.05,
      `${stage.unanswered} of ${planned} activities began no run at once`,
    );
    faults.list.push(...stage.faults);
    return faults.outcome(figures);
  },
};
