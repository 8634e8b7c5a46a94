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

/** One line for people: the promise and its price. */
export function renderPolicy(file: string, { name, namespace, fleet, summary }: PolicyReport): string {
  const { mode, p, q, b, bytesPerSecond, bytesPerMonth } = summary;
  const promise = `p ${figure(p)}, q ${figure(q)}, ${promiseText(summary)}, b ${figure(b)}`;
  const price = `${figure(bytesPerSecond.both)} B/s, ${figure(bytesPerMonth / 1e9)} GB a month`;
  return `${file}: ${namespace}/${name}: fleet ${fleet}, ${mode}, ${promise}, ${price}`;
}

function reportPolicy(policy: ShapingPolicy): PolicyReport {
  const { name, namespace, spec } = policy;
  return { name, namespace, fleet: spec.fleet, summary: policySummary(policy) };
}

/** Three significant digits, without an exponent down to a millionth. */
function figure(value: number): string {
  return String(Number(value.toPrecision(3)));
}
