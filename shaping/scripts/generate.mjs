// Makes from the CRD in charts/ what else needs the policy schema: a TypeScript constant (file mode validates with it, and
// the type of a policy comes from it) and the reference page docs/policy.md. With --check it changes nothing and fails if
// one of them is out of date.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { renderPolicyReference } from './policy-reference.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const crdFile = 'charts/quietwire/files/crds/shapingpolicies.quietwire.dev.yaml';

const crd = parse(readFileSync(root + crdFile, 'utf8'), { merge: true, maxAliasCount: 1000 });
const version = crd.spec.versions[0];
const spec = version.schema.openAPIV3Schema.properties.spec;

checkKeywords(version.schema.openAPIV3Schema, 'openAPIV3Schema');

const outputs = new Map([
  ['shaping/src/generated/policy-schema.ts', renderSchema()],
  ['docs/policy.md', renderPolicyReference(crd, version, crdFile)],
]);

let stale = 0;
for (const [file, text] of outputs) {
  const path = root + file;
  let current;
  try {
    current = readFileSync(path, 'utf8');
  } catch {
    current = undefined;
  }
  if (current === text) continue;
  if (process.argv.includes('--check')) {
    process.stderr.write(`${relative(root, path)} is not what ${crdFile} gives: run npm run generate\n`);
    stale += 1;
  } else {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    process.stderr.write(`wrote ${relative(root, path)}\n`);
  }
}
process.exitCode = stale > 0 ? 1 : 0;

/** The API server drops words it does not know, such as half a description cut at a comma; here they are refused. */
function checkKeywords(schema, place) {
  const known =
    /^(type|title|description|default|properties|required|additionalProperties|maxProperties|items|minItems|maxItems|minLength|maxLength|pattern|format|enum|minimum|maximum|exclusiveMinimum|x-kubernetes-(validations|list-type|list-map-keys|map-type))$/;
  for (const word of Object.keys(schema)) if (!known.test(word)) throw new Error(`${place}: unknown word ${word}`);
  for (const [name, child] of Object.entries(schema.properties ?? {})) {
    if (!child.description && place !== 'openAPIV3Schema') throw new Error(`${place}.${name} has no description`);
    checkKeywords(child, `${place}.${name}`);
  }
  for (const { message } of schema['x-kubernetes-validations'] ?? []) {
    if (!message.includes(', allowed ')) throw new Error(`${place}: a rule's message does not say what is allowed`);
  }
  if (schema.items) checkKeywords(schema.items, `${place}[]`);
  if (schema.additionalProperties) checkKeywords(schema.additionalProperties, `${place}{}`);
}

function renderSchema() {
  const json = JSON.stringify(withoutDescriptions(spec), null, 2);
  return `// Generated from ${crdFile} by shaping/scripts/generate.mjs. Do not edit.

/** apiVersion of a ShapingPolicy. */
export const policyApiVersion = '${crd.spec.group}/${version.name}';

/** Schema of a ShapingPolicy's spec. */
export const policySpecSchema = ${json} as const;
`;
}

/** Descriptions are for the cluster and the reference page; messages do not use them. */
function withoutDescriptions(schema) {
  const { description: _description, ...rest } = schema;
  const children = (properties) =>
    Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, withoutDescriptions(child)]));
  return {
    ...rest,
    ...(rest.properties && { properties: children(rest.properties) }),
    ...(rest.items && { items: withoutDescriptions(rest.items) }),
    ...(rest.additionalProperties && { additionalProperties: withoutDescriptions(rest.additionalProperties) }),
  };
}
