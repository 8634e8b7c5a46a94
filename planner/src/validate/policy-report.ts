// Validates policy files one by one, as `quietwire validate` prints them. The verdict is @quietwire/shaping's.

import {
  type Fault,
  type PolicySummary,
  parsePolicyFile,
  policySummary,
  promiseText,
  ShapingError,
  type ShapingPolicy,
} from '@quietwire/shaping';
import { defaultTunnelLimits, wireMisfit } from '@quietwire/tunnel';
import { type DirectionCapacity, type PolicyCapacity, policyCapacity, toldKeepAlives } from './policy-capacity.ts';

/** What is said of one file: either its policies or all its faults. */
export interface FileReport {
  readonly file: string;
  readonly policies: readonly PolicyReport[];
  readonly faults: readonly Fault[];
}

export interface PolicyReport {
  readonly name: string;
  readonly namespace: string;
  readonly fleet: string;
  readonly summary: PolicySummary;
  readonly capacity: PolicyCapacity;
}

/** Reads the text of one file. Each file stands for itself: two files may be two versions of one policy. */
export function reportPolicyFile(text: string, file: string): FileReport {
  try {
    const { policies } = parsePolicyFile(text, file, {
      misfit: (parameters) => wireMisfit(parameters, defaultTunnelLimits),
    });
    return { file, policies: policies.map(reportPolicy), faults: [] };
  } catch (error) {
    if (error instanceof ShapingError && error.code === 'POLICY_INVALID')
      return { file, policies: [], faults: error.faults };
    throw error;
  }
}

/** For people: a line with the promise and its price, and one for what each direction carries. */
export function renderPolicy(file: string, { name, namespace, fleet, summary, capacity }: PolicyReport): string {
  const { mode, p, q, b, bytesPerSecond, bytesPerMonth } = summary;
  const promise = `p ${figure(p)}, q ${figure(q)}, ${promiseText(summary)}, b ${figure(b)}`;
  const price = `${figure(bytesPerSecond.both)} B/s, ${figure(bytesPerMonth / 1e9)} GB a month`;
  const { upstream, downstream } = capacity;
  const [small, large] = toldKeepAlives.map((seconds) => [seconds, upstream.largestByKeepAlive[seconds] ?? 0] as const);
  const most = (entry: readonly [number, number] | undefined): string =>
    `${sizeText(entry?.[1] ?? 0)} at a keep alive of ${entry?.[0]} s`;
  return [
    `${file}: ${namespace}/${name}: fleet ${fleet}, ${mode}, ${promise}, ${price}`,
    `  up ${carriesText(upstream, mode)}; largest MQTT message ${most(small)}, ${most(large)}`,
    `  down ${carriesText(downstream, mode)}`,
  ].join('\n');
}

function carriesText({ bytesPerSecond, worstSeconds }: DirectionCapacity, mode: PolicySummary['mode']): string {
  const times = Object.entries(worstSeconds).map(([size, seconds]) => `${size} ${figure(seconds)} s`);
  const when = mode === 'STP' ? ' in a run' : '';
  return `${sizeText(bytesPerSecond)}/s${when}, at worst ${times.join(', ')}`;
}

/** `9.21 kB`. */
function sizeText(bytes: number): string {
  if (bytes < 1000) return `${figure(bytes)} B`;
  return bytes < 1e6 ? `${figure(bytes / 1000)} kB` : `${figure(bytes / 1e6)} MB`;
}

function reportPolicy(policy: ShapingPolicy): PolicyReport {
  const { name, namespace, spec } = policy;
  return { name, namespace, fleet: spec.fleet, summary: policySummary(policy), capacity: policyCapacity(policy) };
}

/** Three significant digits, without an exponent down to a millionth. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
