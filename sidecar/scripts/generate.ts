// Writes the tables of the docs that the sidecar's code knows best: its configuration in docs/configuration.md, its metrics
// and log codes in docs/telemetry.md.

import { configurationTable, generateSections, table } from '../../scripts/doc-sections.ts';
import { sidecarEvents } from '../src/events.ts';
import { laterKeys, sidecarConfigSchema } from '../src/index.ts';
import { type InstrumentEntry, instruments } from '../src/telemetry/instrument-table.ts';
import { prometheusName, unitSuffix } from '../src/telemetry/prometheus-name.ts';

generateSections({
  'docs/configuration.md': { 'sidecar-configuration': () => configurationTable(sidecarConfigSchema, laterKeys) },
  'docs/telemetry.md': { 'sidecar-instruments': instrumentTable, 'sidecar-events': eventTable },
});

function instrumentTable(): string {
  const rows = Object.entries<InstrumentEntry>(instruments).map(([name, entry]) => {
    const suffix = unitSuffix(entry.unit, entry.kind === 'gauge' ? 'gauge' : 'other');
    const prometheus = `${prometheusName(name, suffix)}${entry.kind === 'counter' ? '_total' : ''}`;
    const attributes = entry.attributes.map((attribute) => `\`${attribute}\``).join(', ') || '–';
    return [`\`${name}\``, `\`${prometheus}\``, entry.kind, entry.unit || '–', attributes, `${entry.description}.`];
  });
  return table(['instrument', 'in Prometheus', 'kind', 'unit', 'attributes', 'meaning'], rows);
}

function eventTable(): string {
  const rows = Object.entries(sidecarEvents).map(([code, { level, text }]) => [`\`${code}\``, level, text]);
  return table(['code', 'level', 'meaning'], rows);
}
