// All scenarios in their order: what tells most comes first. The good session is the very first, since many a device tries
// again only when a tunnel has stood.
import type { Scenario } from '../scenario.ts';
import {
  acceptScenarios,
  challengeScenarios,
  parameterScenarios,
  refuseScenarios,
  tlsScenarios,
  tooLarge,
} from './bootstrap-faults.ts';
import { drawn, goodScenarios, laterGoodScenarios } from './good-sessions.ts';
import { sessionFaultScenarios } from './session-faults.ts';
import { streamScenarios } from './streams.ts';

const minimal: readonly Scenario[] = [
  ...goodScenarios,
  ...acceptScenarios,
  ...tlsScenarios,
  ...challengeScenarios,
  ...laterGoodScenarios,
  ...streamScenarios,
  ...sessionFaultScenarios,
  ...refuseScenarios,
  tooLarge,
  ...parameterScenarios,
];

export function scenariosOf(profile: 'minimal' | 'full'): readonly Scenario[] {
  return profile === 'minimal' ? minimal : [...minimal, drawn];
}
