// The e2e case `attack`: what each attack does to honest tunnels on the same sidecar, seen at the wire, beside the same run
// without it. Under each of them they keep their slots, `/livez` answers, and newcomers get in.
import { type Case, type CaseOutcome, Faults, type Figures } from '../../harness/cases.ts';
import { type Attack, ordinaryLimits } from '../attack/attack.ts';
import { attacks } from '../attack/attacks.ts';
import { Battlefield, type Harm } from '../attack/battlefield.ts';
import { renderRow, rowTitle } from '../attack/row-table.ts';
import { lostShare } from '../attack/victim-frames.ts';
import { logLines } from '../rig/log-lines.ts';
import { withWorkplace } from '../rig/workplace.ts';

const SECONDS = 3;
/** A sidecar, or victims, that the machine let stand for this share of the time lost to the machine what it lost: played again. */
const STARVED_SHARE = 0.005;
const REPEATS = 4;

export const attackCase: Case = {
  name: 'attack',
  about:
    'floods by strangers and by devices, silent connections, the admin port: honest tunnels lose at most 1 % of slots',
  blocked: () => (process.platform === 'linux' ? undefined : 'attackers need 127.0.0.0/8 as addresses of their own'),
  run: (context) => {
    const unknown = context.parts.filter((part) => !attacks.some(({ name }) => name === part));
    if (unknown.length > 0)
      throw new Error(`no attack ${unknown}; there are ${attacks.map(({ name }) => name).join(', ')}`);
    const chosen = attacks.filter(({ name }) => context.parts.length === 0 || context.parts.includes(name));
    const minutes = context.number('minutes');
    const seconds = context.number('seconds') ?? (minutes === undefined ? SECONDS : minutes * 60);
    return withWorkplace('attack', async (place) => {
      const field = await Battlefield.start(place);
      return await runAttacks(field, chosen, seconds * 1000, context.print);
    });
  },
};

async function runAttacks(
  field: Battlefield,
  chosen: readonly Attack[],
  lengthMs: number,
  print: (text: string) => void,
): Promise<CaseOutcome> {
  const faults = new Faults();
  const figures: Figures = {};
  print(rowTitle);
  const play = async (attack: Attack | undefined, repeats = REPEATS): Promise<void> => {
    const harm = await field.play(attack, lengthMs);
    const wrong = judgeHarm(attack, harm);
    print(renderRow(attack?.name ?? 'none', harm, wrong.length === 0));
    if (wrong.length > 0 && harm.starvedMs > STARVED_SHARE * lengthMs && repeats > 0) {
      await play(attack, repeats - 1);
      return;
    }
    faults.list.push(...wrong);
    const name = attack?.name ?? 'none';
    figures[`${name}_lost`] = `${(100 * lostShare(harm.victims)).toFixed(1)}%`;
    if (attack?.newcomers)
      figures[`${name}_newcomers`] = `${harm.newcomersMs.filter((ms) => ms >= 0).length}/${attack.newcomers.count}`;
    if (!field.stack.sidecar.isRunning) throw new Error(`the sidecar ended\n${field.stack.sidecar.lastWords}`);
  };
  await play(undefined);
  for (const attack of chosen) await play(attack);
  const internal = logLines(field.stack.sidecar).filter(({ code, level }) => code === 'INTERNAL' || level === 'error');
  faults.expect(internal.length === 0, `the sidecar logs ${JSON.stringify(internal[0])}`);
  return faults.outcome(figures);
}

function judgeHarm(attack: Attack | undefined, harm: Harm): string[] {
  const name = attack?.name ?? 'without an attack';
  const limits = { ...ordinaryLimits, ...attack?.limits };
  const wrong: string[] = [];
  const lost = lostShare(harm.victims);
  if (lost > limits.lostShare) {
    wrong.push(
      `${name}: victims lost ${(100 * lost).toFixed(1)} % of their slots, allowed ${100 * limits.lostShare} %`,
    );
  }
  if (harm.livezMs > limits.livezMs) {
    wrong.push(`${name}: /livez took ${harm.livezMs.toFixed(0)} ms, allowed ${limits.livezMs} ms`);
  }
  const kept = harm.newcomersMs.filter((tookMs) => tookMs < 0).length;
  if (kept > 0) wrong.push(`${name}: ${kept} of ${harm.newcomersMs.length} honest newcomers got no tunnel in time`);
  if (attack !== undefined && harm.effort.opened === 0) {
    wrong.push(`${name}: no connection of the attackers came about: ${harm.failures.join('; ')}`);
  }
  return wrong;
}
