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
    section('Spec', 'All below `spec`.', rows(spec, '')),
    rulesSection(spec),
    section('Distribution of intervals', 'Exactly one kind, and bounds.', rows(interval, '', 'upstream.interval.')),
    section('Distribution of sizes', 'Exactly one kind, and bounds; bytes.', rows(size, '', 'upstream.size.')),
    section('Status', 'All below `status`; written by the operator.', rows(status, '')),
    columnsSection(version.additionalPrinterColumns),
  ];
  return `${sections.join('\n\n')}\n`;
}

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
