// Makes src/generated/ from the .proto files, then the vectors (vectors.ts); with --check it only compares and exits 1 on
// drift.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = ['proto/control.proto', 'proto/bootstrap.proto'];
const header = '// Generated from proto/*.proto by scripts/generate.mjs. Do not edit.\n';
const pbjs = createRequire(import.meta.url).resolve('protobufjs-cli/bin/pbjs');
const omit = ['service', 'convert', 'verify', 'delimited', 'typeurl'].map((part) => `--no-${part}`);

/** Runs pbjs and returns the module and its declarations. */
function generate() {
  const folder = mkdtempSync(join(tmpdir(), 'quietwire-proto-'));
  try {
    const run = (name, ...flags) => {
      const shared = ['-t', 'static-module', '-w', 'esm', '-r', 'quietwire_proto', '--force-number'];
      execFileSync(process.execPath, [pbjs, ...shared, ...omit, ...flags, '-o', join(folder, name), ...sources], {
        cwd: root,
        stdio: ['ignore', 'ignore', 'inherit'],
      });
    };
    run('documented.js', '--dts'); // the declarations are made from the comments
    run('bare.js', '--no-comments');
    const declarations = readFileSync(join(folder, 'documented.d.ts'), 'utf8');
    return {
      'src/generated/messages.js': header + readFileSync(join(folder, 'bare.js'), 'utf8'),
      // No message has a 64-bit field, so nothing uses Long.
      'src/generated/messages.d.ts': header + declarations.replace(/^import Long = require\("long"\);\n/m, ''),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const check = process.argv.includes('--check');
let drifted = false;
for (const [path, text] of Object.entries(generate())) {
  const target = join(root, path);
  if (!check) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    drifted = true;
    process.stderr.write(`proto/${path} is not what the .proto files say: run npm run generate\n`);
  }
}
if (drifted) process.exitCode = 1;
else await import('./vectors.ts'); // made by the generated code, so only once that is right
