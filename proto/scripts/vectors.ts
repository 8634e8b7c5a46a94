// Writes vectors/*.json from fixed inputs; with --check it only compares and exits 1 on drift (SPEC 18).
import { readFileSync, writeFileSync } from 'node:fs';
import { frameVectors, streamErrors } from './vectors/frame-vectors.ts';
import { bootstrapVectors, controlVectors, keyScheduleVectors } from './vectors/key-vectors.ts';
import { messageErrors, parameterVectors, sealErrors } from './vectors/message-vectors.ts';

const files: Record<string, unknown> = {
  'frames.json': frameVectors(),
  'errors.json': { streams: streamErrors(), messages: messageErrors(), sealed: sealErrors() },
  'key-schedule.json': keyScheduleVectors(),
  'bootstrap.json': bootstrapVectors(),
  'control.json': controlVectors(),
  'parameters.json': parameterVectors(),
};

const check = process.argv.includes('--check');
for (const [name, vectors] of Object.entries(files)) {
  const target = new URL(`../vectors/${name}`, import.meta.url);
  const text = `${JSON.stringify(vectors, null, 2)}\n`;
  if (!check) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write(
      `proto/vectors/${name} is not what the code makes: run npm run generate, and tell why in SPEC.md\n`,
    );
    process.exitCode = 1;
  }
}
