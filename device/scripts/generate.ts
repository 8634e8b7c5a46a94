// Writes the tables of the docs that the agent's code knows best: its configuration in docs/configuration.md, its log codes in
// docs/telemetry.md.

import { configurationTable, generateSections, table } from '../../scripts/doc-sections.ts';
import { agentConfigSchema } from '../src/agent/config-schema.ts';
import { agentEvents } from '../src/agent/events.ts';
import { laterKeys } from '../src/agent/load-config.ts';

generateSections({
  'docs/configuration.md': { 'agent-configuration': () => configurationTable(agentConfigSchema, laterKeys) },
  'docs/telemetry.md': {
    'agent-events': () =>
      table(
        ['code', 'level', 'meaning'],
        Object.entries(agentEvents).map(([code, { level, text }]) => [`\`${code}\``, level, text]),
      ),
  },
});
