// Feeds planted violations to the linter under the repository's configuration and expects it to refuse them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quietwire-lint-'));
after(() => rmSync(folder, { recursive: true, force: true }));
cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
cpSync(join(root, 'scripts', 'lint'), join(folder, 'scripts', 'lint'), { recursive: true });

interface Report {
  diagnostics: { category: string; severity: string; message: string; location: { start: { line: number } } }[];
}

/** Lints one text as if it stood at `path`; returns the lines with an error, by category. */
function lint(path: string, text: string): Map<string, number[]> {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  const biome = join(root, 'node_modules', '.bin', 'biome');
  const args = [biome, 'lint', '--vcs-enabled=false', '--reporter=json', '--max-diagnostics=200', path];
  const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  rmSync(file);
  assert.ok(stdout.startsWith('{'), `the linter gave no report: ${stderr}`);
  const found = new Map<string, number[]>();
  for (const { category, severity, location } of (JSON.parse(stdout) as Report).diagnostics) {
    if (severity === 'error' || severity === 'warning') {
      found.set(category, [...(found.get(category) ?? []), location.start.line]);
    }
  }
  return found;
}

const globalsRule = 'lint/style/noRestrictedGlobals';
const importsRule = 'lint/style/noRestrictedImports';

const ambient: [category: string, statement: string][] = [
  [globalsRule, 'export const x = Date.now();'],
  [globalsRule, 'export const x = new Date();'],
  [globalsRule, 'export const x = performance.now();'],
  [globalsRule, 'setTimeout(() => {}, 1);'],
  [globalsRule, 'setInterval(() => {}, 1);'],
  [globalsRule, 'setImmediate(() => {});'],
  [globalsRule, 'export const x = crypto.randomUUID();'],
  ['plugin', 'export const x = Math.random();'],
  ['plugin', 'export const x = process.env;'],
  ['plugin', "export const x = process['env'];"],
  ['plugin', 'const { env } = process; export const x = env;'],
  ['plugin', 'export const x = process.hrtime.bigint();'],
  ['plugin', 'export const x = globalThis.Date.now();'],
  ['plugin', 'export const x = AbortSignal.timeout(1);'],
  ['plugin', "import { setTimeout as sleep } from 'node:timers/promises'; await sleep(1);"],
  ['plugin', "import { setTimeout as later } from 'timers'; later(() => {}, 1);"],
  ['plugin', "import { performance as p } from 'node:perf_hooks'; export const x = p.now();"],
  ['plugin', "import { env } from 'node:process'; export const x = env;"],
  ['plugin', "export const x = await import('node:timers');"],
  ['plugin', "import { randomBytes } from 'node:crypto'; export const x = randomBytes(1);"],
  ['plugin', "import { randomUUID as id } from 'node:crypto'; export const x = id();"],
  ['plugin', "import { webcrypto } from 'node:crypto'; export const x = webcrypto;"],
  ['plugin', "import * as c from 'node:crypto'; export const x = c;"],
  ['plugin', "import c from 'node:crypto'; export const x = c;"],
];

const pure = ['proto', 'shaping', 'tunnel', 'device', 'sidecar', 'planner'];

describe('the ban on ambient time, randomness, timers and environment', () => {
  const everything = `${ambient.map(([, statement], index) => statement.replaceAll(/\bx\b/g, `x${index}`)).join('\n')}\n`;

  for (const [category, statement] of ambient) {
    it(`refuses ${statement}`, () => {
      assert.deepEqual(lint('tunnel/src/planted.ts', `${statement}\n`).get(category)?.[0], 1);
    });
  }

  for (const name of pure) {
    it(`holds in ${name}/src, folders included`, () => {
      const found = lint(`${name}/src/deep/planted.ts`, everything);
      const lines = new Set([...(found.get('plugin') ?? []), ...(found.get(globalsRule) ?? [])]);
      assert.deepEqual(
        ambient.flatMap(([, statement], index) => (lines.has(index + 1) ? [] : [statement])),
        [],
      );
    });
  }

  for (const path of ['sidecar/src/main.ts', 'planner/src/cli/planted.ts', 'tunnel/src/system-planted.ts']) {
    it(`leaves ${path} alone`, () => {
      const found = lint(path, everything);
      assert.deepEqual([found.get('plugin'), found.get(globalsRule)], [undefined, undefined]);
    });
  }

  it('leaves arguments of the same names alone', () => {
    const text = `import { createHmac } from 'node:crypto';
export const sign = createHmac;
export function draw(runtime: { randomBytes(n: number): Uint8Array; random(): number }) {
  return [runtime.randomBytes(3), runtime.random()];
}
`;
    assert.deepEqual([...lint('tunnel/src/planted.ts', text)], []);
  });
});

const allowed: Record<string, string[]> = {
  proto: [],
  shaping: [],
  tunnel: ['proto', 'shaping'],
  device: ['proto', 'shaping', 'tunnel'],
  sidecar: ['proto', 'shaping', 'tunnel'],
  planner: ['proto', 'shaping', 'tunnel'],
  e2e: [...pure],
};

describe('the directions of imports', () => {
  for (const [name, reachable] of Object.entries(allowed)) {
    it(`let ${name} import ${reachable.join(', ') || 'nothing of ours'} only`, () => {
      const others = Object.keys(allowed).filter((other) => other !== name);
      const text = others.map((other, index) => `export * as x${index} from '@quietwire/${other}';\n`).join('');
      const refused = lint(`${name}/src/planted.ts`, text).get(importsRule) ?? [];
      const expected = others.flatMap((other, index) => (reachable.includes(other) ? [] : [index + 1]));
      assert.deepEqual(refused, expected);
    });
  }

  it('hold for relative paths that leave the package', () => {
    for (const name of pure) {
      const other = name === 'tunnel' ? 'proto' : 'tunnel';
      const text = `import { x } from '../../../${other}/src/index.ts';\nexport const y = x;\n`;
      assert.deepEqual(lint(`${name}/src/deep/planted.ts`, text).get(importsRule), [1]);
    }
  });

  it('leave relative paths within the package alone', () => {
    const text = "import { x } from '../device/index.ts';\nexport const y = x;\n";
    assert.deepEqual([...lint('planner/src/deep/planted.ts', text)], []);
  });
});

describe('the style rules', () => {
  const planted: [category: string, text: string][] = [
    ['lint/suspicious/noExplicitAny', 'export const x: any = 1;\n'],
    ['lint/style/noDefaultExport', 'const x = 1;\nexport default x;\n'],
    ['lint/style/useImportType', "import { Duplex } from 'node:stream';\nexport type X = Duplex;\n"],
    ['lint/correctness/noUnusedImports', "import { join } from 'node:path';\nexport const x = 1;\n"],
    ['lint/correctness/noUnusedVariables', 'const x = 1;\nexport const y = 2;\n'],
    ['lint/style/noEnum', 'export enum X {\n  A,\n}\n'],
    ['lint/style/noParameterProperties', 'export class X {\n  constructor(private readonly x: number) {}\n}\n'],
  ];
  for (const [category, text] of planted) {
    it(`refuse ${category}`, () => assert.ok(lint('tunnel/src/planted.ts', text).has(category)));
  }
  it('want file names in kebab-case', () => {
    assert.ok(lint('tunnel/src/camelCase.ts', 'export const x = 1;\n').has('lint/style/useFilenamingConvention'));
  });
});
