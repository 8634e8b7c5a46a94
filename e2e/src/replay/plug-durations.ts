// How long the plug's single activities last, in periods of the sample policy: each is played alone through a whole tunnel on
// virtual time, and the run that it makes is counted. As a program it prints what `cover` of the policy has to say:
//   npm run node -- e2e/src/replay/plug-durations.ts
import { readFileSync } from 'node:fs';
import {
  durationClasses,
  parsePolicyFile,
  policyParameters,
  type Role,
  type ShapingParameters,
} from '@quietwire/shaping';
import { samplePolicyFile } from '../local/rig/policy.ts';
import { openLoneTunnel } from './lone-tunnel.ts';
import { type Row, readTable } from './table.ts';
import { type TableActivity, tableActivities } from './table-activities.ts';

/** The plug's session is TLS: its heartbeats have 53 bytes there. In the tunnel, MQTT's pings have two. */
export const plugQuietBytes = 64;
/** One way between device and cloud, ms. */
const usualDelayMs = 20;

export interface MeasuredDurations {
  /** Counts of the classes 1, 2, 4 … periods, without the zeros behind the last. */
  readonly device: readonly number[];
  readonly cloud: readonly number[];
  /** Share of activities that begin at the device. */
  readonly deviceShare: number;
}

/** The sample policy's, for the plug's captured session, and without a longest run that would cut what is measured. */
export function plugParameters(): ShapingParameters {
  const { policies } = parsePolicyFile(readFileSync(samplePolicyFile, 'utf8'), samplePolicyFile);
  const [policy] = policies;
  if (policy === undefined) throw new Error('the sample holds no policy');
  return { ...policyParameters(policy), quietBytes: plugQuietBytes, longestRun: 64 };
}

export function plugActivities({ quietBytes, activityWindowMs, holdMs }: ShapingParameters): TableActivity[] {
  return tableActivities(readTable(), { quietBytes, windowMs: activityWindowMs, holdMs });
}

/** Plays each activity alone and counts its periods. */
export async function measureDurations(
  activities: readonly TableActivity[],
  parameters: ShapingParameters,
  delayMs: number = usualDelayMs,
): Promise<MeasuredDurations> {
  const counts: Record<Role, number[]> = { device: [], cloud: [] };
  for (const { begins, rows } of activities) {
    const periods = await periodsOf(rows, parameters, delayMs);
    const index = durationClasses(parameters.longestRun).indexOf(periods);
    if (index < 0) throw new Error(`an activity made ${periods} periods: no length of one run`);
    const own = counts[begins];
    while (own.length <= index) own.push(0);
    own[index] = (own[index] ?? 0) + 1;
  }
  const fromDevice = activities.filter(({ begins }) => begins === 'device').length;
  return { ...counts, deviceShare: fromDevice / activities.length };
}

/** Periods of the run that these rows make in an idle tunnel. */
async function periodsOf(rows: readonly Row[], parameters: ShapingParameters, delayMs: number): Promise<number> {
  const tunnel = await openLoneTunnel(parameters, delayMs);
  const { time, streams } = tunnel;
  for (const stream of Object.values(streams)) stream.resume();
  const before = tunnel.periods();
  const beginMs = time.now() + parameters.activityWindowMs;
  for (const { timeMs, direction, bytes } of rows) {
    const writer = direction === 'up' ? streams.device : streams.cloud;
    time.at(beginMs + timeMs, () => writer.write(Buffer.alloc(bytes)));
  }
  // A run is at most twice as long as its demand.
  await time.advanceTo(beginMs + 2 * (rows.at(-1)?.timeMs ?? 0) + 4 * parameters.periodMs);
  const periods = tunnel.periods() - before;
  tunnel.close();
  return periods;
}

if (import.meta.main) {
  const parameters = plugParameters();
  const activities = plugActivities(parameters);
  const { device, cloud, deviceShare } = await measureDurations(activities, parameters);
  const [periods, slots] = [`T = ${parameters.periodMs / 1000} s`, `hold = ${parameters.holdMs / 1000} s`];
  process.stdout.write(`# ${activities.length} activities, measured alone at ${periods}, ${slots}\n`);
  process.stdout.write(`deviceShare: ${deviceShare.toFixed(2)}\n`);
  process.stdout.write(`durations: { device: [${device.join(', ')}], cloud: [${cloud.join(', ')}] }\n`);
}
