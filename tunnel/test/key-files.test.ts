// Modes of files with secrets.
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { exposedKeyFiles } from '../src/index.ts';

test('files that others may read or change are told, private ones and those of a Secret volume are not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'quietwire-modes-'));
  const file = async (name: string, mode: number): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, 'x');
    await chmod(path, mode);
    return path;
  };
  assert.deepEqual(await exposedKeyFiles([await file('hidden', 0o666)]), [], 'the folder lets nobody through');
  await chmod(folder, 0o755);
  const paths = [await file('private', 0o600), await file('group', 0o640), await file('readable', 0o644)];
  paths.push(await file('writable', 0o660), join(folder, 'absent'));
  await mkdir(join(folder, '..2026_11_28'));
  await file('..2026_11_28/primary', 0o644);
  await symlink('..2026_11_28', join(folder, '..data'));
  await symlink('..data/primary', join(folder, 'primary'));
  paths.push(join(folder, 'primary'));
  assert.deepEqual(await exposedKeyFiles(paths), [
    { path: `${folder}/readable`, text: 'others may read this key (mode 0644; chmod 600 mends it)' },
    { path: `${folder}/writable`, text: 'others may change this key (mode 0660; chmod 600 mends it)' },
  ]);
});
