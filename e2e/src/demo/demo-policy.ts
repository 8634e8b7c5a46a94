// The policy of the demo: the sample policy of the README with a shorter period, and activities as often as the demo makes
// them, so that something happens while one watches. Renders the document that the sidecar reads.

import { activityProbability } from '@quietwire/shaping';
import type { Row } from '../replay/table.ts';
import type { ActivityRule } from './activity-watch.ts';
import { type Calibration, calibrate } from './calibration.ts';
import type { PolicyPromise, Settings } from './messages.ts';

export const fleet = 'smart-plug';
export const periodMs = 1000;
export const leadMs = 250;
export const restMs = 200;
const frameSize = 1024;
const fieldOverhead = 7;
const slotMs = { up: 100, down: 50 };
const longestRun = 16;

/** The plug's heartbeats have 53 bytes: they are quiet, as are MQTT's pings. */
export const activityRule: ActivityRule = { quietBytes: 64, windowMs: 500, holdMs: 500 };

/** The policy holds for someone who uses the switch no more often than this. */
const switchEveryS = 60;
/** Half a count is added to each class: the table repeats, so its law is as good as of this many. */
const countedActivities = 1000;

export interface DemoRates extends Calibration {
  /** Activities per second that the policy assumes: the replay's and the switch's. */
  readonly assumedPerS: number;
}

/** What the policy has to assume for a replay. */
export function demoRates(rows: readonly Row[], speed: number): DemoRates {
  const payload = frameSize - fieldOverhead;
  const rates = { up: payload / slotMs.up, down: payload / slotMs.down };
  const measured = calibrate(rows, speed, { rule: activityRule, rates, periodMs, leadMs, longestRun });
  return { ...measured, assumedPerS: measured.perS + 1 / switchEveryS };
}

/** What the policy promises (period-clock.md section 5); in ILP nothing but p is left to an observer. */
export function demoPromise({ assumedPerS }: DemoRates, { mode, confidence }: Settings): PolicyPromise {
  const probability = activityProbability(assumedPerS, periodMs);
  return {
    confidence: mode === 'ILP' ? probability : confidence,
    probability,
    activityEveryS: 1 / assumedPerS,
    lowestConfidence: probability,
  };
}

export interface ServicePorts {
  readonly mqtt: number;
  readonly replay: number;
}

/** The ShapingPolicy as a document (JSON, which is YAML too). */
export function renderPolicy(rates: DemoRates, { mode, confidence }: Settings, ports: ServicePorts): string {
  const { assumedPerS, perS, deviceShare, durations } = rates;
  const document = {
    apiVersion: 'quietwire.dev/v1alpha1',
    kind: 'ShapingPolicy',
    metadata: { name: 'smart-plug', namespace: 'demo' },
    spec: {
      fleet,
      workloadSelector: { matchLabels: { app: 'plug-broker' } },
      services: [
        { name: 'mqtt', port: ports.mqtt },
        { name: 'replay', port: ports.replay },
      ],
      mode,
      frameSize,
      period: `${periodMs}ms`,
      lead: `${leadMs}ms`,
      longestRun,
      upstream: { interval: { constant: `${slotMs.up}ms` } },
      downstream: { interval: { constant: `${slotMs.down}ms` } },
      background: { interval: { constant: '1s' }, frameSize: 128 },
      cover: {
        objective: { adversaryConfidence: confidence },
        model: { poisson: {} },
        deviceShare: (deviceShare * perS) / assumedPerS,
        durations: {
          device: scaled(durations.device),
          // What the switch sends is short, and begins at the cloud.
          cloud: scaled(
            durations.cloud.map(
              (count, at) => (count / (rates.activities || 1)) * perS + (at === 0 ? 1 / switchEveryS : 0),
            ),
          ),
        },
      },
      activity: {
        perDay: assumedPerS * 86_400,
        quietBytes: activityRule.quietBytes,
        window: `${activityRule.windowMs}ms`,
        hold: `${activityRule.holdMs}ms`,
      },
    },
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function scaled(weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => (total > 0 ? Math.round((weight / total) * countedActivities) : 0));
}
