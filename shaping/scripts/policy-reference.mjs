// The text of docs/policy.md: every field of a ShapingPolicy with type, default, bounds and description, from the CRD.
import { describeAllowed, describeRange } from '../src/document/schema.ts';
import { present, versionLimits } from '../src/policy-checks.ts';

/** Markdown from the CRD's version. Distributions, which occur at several fields, get a section of their own. */
export function renderPolicyReference(crd, version, crdFile) {
  const { spec, status } = version.schema.openAPIV3Schema.properties;
  const { interval, size } = spec.properties.upstream.properties;
  const sections = [
    `# ShapingPolicy: all fields

Generated from \`${crdFile}\` by \`npm run generate\`. Do not edit.

\`apiVersion: ${crd.spec.group}/${version.name}\`, \`kind: ${crd.spec.names.kind}\`, short name \`${crd.spec.names.shortNames[0]}\`, namespaced.

An API server and file mode (\`policy.files\` of the sidecar, \`quietwire validate\`) check the same bounds and rules, those of this
page, and accept and refuse the same documents. \`quietwire validate\` and the sidecar check four things more: that, in mode STP,
\`activity.hold\` is at most longestRun × period − lead; that the objective can be reached at the policy's rate of activities;
that the parameters can be sent to a device (they fit the bootstrap exchange of 512-byte frames, and the device's share of
cover is at most 1,000 activities per second); and that the policy asks for nothing that this version does not do yet (fields so marked below). They
also refuse a second policy for a fleet, and of two policies with one port those of which one has a PROXY header and the other none,
or that name devices by their id alone (\`quietwire validate\` sees the policies of one file together, the sidecar all); the sidecar one
whose tunnels need longer to close than its \`drain.deadline\`, and one that names the sidecar's own port as a service.

Durations are whole numbers with the units \`h\`, \`m\`, \`s\`, \`ms\` (\`100ms\`, \`5s\`, \`1m30s\`); sizes are bytes.
Every field in *italics* must be given where the object around it is.`,
    capacitySection,
    section('Spec', 'All below `spec`.', rows(spec, '')),
    rulesSection(spec),
    section('Distribution of intervals', 'Exactly one kind, and bounds.', rows(interval, '', 'upstream.interval.')),
    section('Distribution of sizes', 'Exactly one kind, and bounds; bytes.', rows(size, '', 'upstream.size.')),
    section('Status', 'All below `status`; written by the operator.', rows(status, '')),
    columnsSection(version.additionalPrinterColumns),
  ];
  return `${sections.join('\n\n')}\n`;
}

/** A test holds the figures of the sample against `quietwire validate`. */
const capacitySection = `## What a policy carries

Slots carry a fixed number of bytes a second, however much waits, and outside runs payload waits for the next one. \`quietwire validate\`
says for each direction what that means, \`--json\` in \`capacity\`. For the sample policy (1,024-byte frames, 100 ms up, 50 ms down):

| direction | in a run | 1 kB at worst | 100 kB at worst | 1 MB at worst |
|---|---|---|---|---|
| upstream | 9.16 kB/s | 0.902 s | 11.7 s | 111 s |
| downstream | 18.3 kB/s | 0.802 s | 6.2 s | 56 s |

- A frame of N bytes carries at least N − 108 bytes of one stream in mode STP (N − 60 below 256 bytes), N − 12 in ILP: the rest is kept for
  what the schedule has to say, and for headers. Streams share it.
- In STP bytes wait at worst for one interval, the rest after a run (100 ms or 2 slots, the longer) and lead, 2 ms for the start; then one
  frame leaves each interval. A run ends after longestRun periods whatever waits; rest and lead follow. In ILP the wait is one interval.
  Where intervals or sizes are drawn, these are means. The way to the other end comes on top.
- Cover takes nothing away: payload rides in its periods as well, so that it only shortens waits.
- Bytes that are no activity (\`activity.quietBytes\`) wait at worst for \`background.interval\`.

A broker drops an MQTT client from which no whole packet has come for 1.5 keep alives, and a client gives up where PINGRESP does not come
in its time; both stand behind a large message in the same connection. A message of 800 kB up takes 90 s under the sample: with a keep alive
of 5 s (7.5 s) it never arrives, and the client connects again for ever. Upstream, 61 kB is the most at a keep alive of 5 s and 804 kB at one of
60 s. For larger ones choose a longer keep alive, a connection of their own, larger frames or shorter intervals.`;

function section(title, intro, lines) {
  const head = '| field | type | default | bounds | description |\n|---|---|---|---|---|';
  return `## ${title}\n\n${intro}\n\n${head}\n${lines.join('\n')}`;
}

/** What this version refuses of a field, as the end of its description. */
function laterNote(path) {
  const limit = versionLimits.find((candidate) => candidate.path.join('.') === path);
  if (limit === undefined) return '';
  return limit.exceeds === present ? ' _Not in this version._' : ` _In this version only ${limit.allowed}._`;
}

/** Table rows of all properties below a schema. `place` is the path of the schema where it differs from the prefix. */
function rows(schema, prefix, place = prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix + name;
    const required = schema.required?.includes(name);
    const field = required ? `*\`${path}\`*` : `\`${path}\``;
    const cells = [
      field,
      typeOf(child),
      defaultOf(child),
      boundsOf(child),
      `${child.description ?? ''}${laterNote(place + name)}`,
    ];
    const line = `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
    return isDistribution(child) ? [line] : [line, ...rows(child, `${path}.`), ...itemRows(child, path)];
  });
}

function itemRows(schema, path) {
  return schema.items ? rows(schema.items, `${path}[].`) : [];
}

function isDistribution(schema) {
  return schema.properties?.exponential !== undefined;
}

function typeOf(schema) {
  if (isDistribution(schema)) {
    return schema.properties.constant.type === 'string'
      ? '[distribution of intervals](#distribution-of-intervals)'
      : '[distribution of sizes](#distribution-of-sizes)';
  }
  if (schema.type === 'array') return `list of ${plural(schema.items)}`;
  if (schema.type === 'object' && schema.additionalProperties) return 'map of strings';
  return schema.title ?? schema.type;
}

function plural(items) {
  const type = items.title ?? items.type;
  return `${type}s`;
}

function defaultOf(schema) {
  const value = schema.default;
  if (value === undefined || JSON.stringify(value) === '{}') return '';
  return `\`${typeof value === 'object' ? JSON.stringify(value).replaceAll('"', '') : value}\``;
}

function boundsOf(schema) {
  const parts = [];
  if (schema.enum) parts.push(describeAllowed(schema));
  const range = describeRange(schema);
  if (range !== undefined) parts.push(range);
  if (schema.maxItems !== undefined) parts.push(`${schema.minItems ?? 0}…${schema.maxItems} entries`);
  if (schema.maxProperties !== undefined) parts.push(`at most ${schema.maxProperties} entries`);
  if (schema.title === 'name') parts.push(describeAllowed(schema));
  else if (schema.maxLength !== undefined && schema.title === undefined && !schema.enum)
    parts.push(`at most ${schema.maxLength} characters`);
  for (const { message } of isDistribution(schema) ? [] : (schema['x-kubernetes-validations'] ?? [])) {
    parts.push(message.split(', allowed ')[1] ?? message);
  }
  return parts.join('; ');
}

function rulesSection(spec) {
  const lines = spec['x-kubernetes-validations'].map(({ fieldPath, message }) => {
    const [fault, allowed] = message.split(', allowed ');
    return `| \`${fieldPath.slice(1)}\` | ${fault} | ${allowed} |`;
  });
  return `## Rules across fields\n\n| field | refused when it | allowed |\n|---|---|---|\n${lines.join('\n')}`;
}

function columnsSection(columns) {
  const lines = columns.map(({ name, priority, jsonPath, description }) => {
    return `| ${name.toUpperCase()} | ${priority ? 'wide' : 'always'} | \`${jsonPath}\` | ${description ?? ''} |`;
  });
  const head = '| column | shown | from | meaning |\n|---|---|---|---|';
  return `## Columns of \`kubectl get shp\`\n\n${head}\n${lines.join('\n')}`;
}
