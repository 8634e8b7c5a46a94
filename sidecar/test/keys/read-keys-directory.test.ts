import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { deriveDeviceKey, keyId } from '@quietwire/proto';
import { KeyRing } from '../../src/keys/key-ring.ts';
import { readKeysDirectory } from '../../src/keys/read-keys-directory.ts';

const primary = Buffer.alloc(32, 1);
const secondary = Buffer.alloc(64, 2);

describe('The keys directory', () => {
  let directory = '';
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quietwire-keys-'));
    const files: Record<string, string> = {
      'plug.primary': `${primary.toString('base64')}\n`,
      'plug.secondary': secondary.toString('base64'),
      'plug.revoked': '# lost\nplug-3\n\n  plug-4  \n',
      'bulb.primary': primary.toString('base64'),
      'short.primary': Buffer.alloc(15).toString('base64'),
      'long.primary': Buffer.alloc(65).toString('base64'),
      'text.primary': 'no base64 at all!',
      'empty.primary': '\n',
      'half.primary': primary.toString('base64'),
      'half.secondary': 'AAA',
      'lines.primary': `${secondary.toString('base64').slice(0, 64)}\n${secondary.toString('base64').slice(64)}\n`,
      'windows.primary': `${secondary.toString('base64').slice(0, 64)}\r\n${secondary.toString('base64').slice(64)}\r\n`,
      'two.primary': `${primary.toString('base64')}\n${primary.toString('base64')}\n`,
      'odd.primary': primary.toString('base64'),
      'odd.revoked': '\\#hash\n\\\\slash\n# \\comment\n',
      'bad.primary': primary.toString('base64'),
      'bad.revoked': 'plug-1\nplug-2 lost\n\0\0\n',
    };
    await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(directory, name), text)));
  });

  test('gives each fleet its keys', async () => {
    const keys = await readKeysDirectory(directory, ['plug', 'bulb']);
    assert.deepEqual(keys.get('plug')?.primary, primary);
    assert.deepEqual(keys.get('plug')?.secondary, secondary);
    assert.deepEqual([...(keys.get('plug')?.revoked?.ids ?? [])], ['plug-3', 'plug-4']);
    assert.equal(keys.get('bulb')?.secondary, undefined);
  });

  test('lists every fault with fleet and path, and no key', async () => {
    const fleets = ['plug', 'absent', 'short', 'long', 'text', 'empty', 'half'];
    await assert.rejects(readKeysDirectory(directory, fleets), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'KEYS_INVALID');
      const allowed = 'base64 of 16 to 64 bytes';
      assert.deepEqual(error.message.split('\n'), [
        `${directory}/absent.primary: the primary key of fleet absent is missing`,
        `${directory}/short.primary: primary key of fleet short: key length (got 15 bytes, allowed ${allowed})`,
        `${directory}/long.primary: primary key of fleet long: key length (got 65 bytes, allowed ${allowed})`,
        `${directory}/text.primary: primary key of fleet text: not base64 (allowed ${allowed})`,
        `${directory}/empty.primary: primary key of fleet empty: empty (allowed ${allowed})`,
        `${directory}/half.secondary: secondary key of fleet half: not base64 (allowed ${allowed})`,
      ]);
      return true;
    });
  });

  test('takes keys that a program broke into lines, and no two keys in one file', async () => {
    const keys = await readKeysDirectory(directory, ['lines', 'windows']);
    assert.deepEqual(keys.get('lines')?.primary, secondary);
    assert.deepEqual(keys.get('windows')?.primary, secondary);
    await assert.rejects(readKeysDirectory(directory, ['two']), /primary key of fleet two: not base64/);
  });

  test('can revoke every id that there is, and refuses lines that are none', async () => {
    const keys = await readKeysDirectory(directory, ['odd']);
    assert.deepEqual([...(keys.get('odd')?.revoked?.ids ?? [])], ['#hash', '\\slash']);
    await assert.rejects(
      readKeysDirectory(directory, ['bad']),
      /bad\.revoked: the list .* of fleet bad is not taken: line 2 is no device id, line 3 is no device id$/,
    );
  });

  const root = process.getuid?.() === 0;
  test('tells files that cannot be read from keys that are not valid', async () => {
    await mkdir(join(directory, 'folder.primary'));
    await writeFile(join(directory, 'locked.primary'), primary.toString('base64'), { mode: 0o000 });
    const fleets = root ? ['folder'] : ['folder', 'locked'];
    await assert.rejects(readKeysDirectory(directory, fleets), { code: 'FILE_UNREADABLE' });
    await assert.rejects(readKeysDirectory(directory, ['folder', 'absent']), (error: AggregateError) => {
      assert.deepEqual(
        error.errors.map(({ code }: { code: string }) => code),
        ['FILE_UNREADABLE', 'KEYS_INVALID'],
      );
      return true;
    });
  });

  test('finds the key that a device says it holds', async () => {
    const ring = new KeyRing(await readKeysDirectory(directory, ['plug', 'bulb']));
    const first = deriveDeviceKey(primary, 'plug-1');
    const second = deriveDeviceKey(secondary, 'plug-1');
    assert.deepEqual(ring.lookup('plug', 'plug-1', keyId(first)), {
      deviceKey: first,
      slot: 'primary',
      revoked: false,
    });
    assert.deepEqual(ring.lookup('plug', 'plug-1', keyId(second)), {
      deviceKey: second,
      slot: 'secondary',
      revoked: false,
    });
    assert.deepEqual(ring.lookup('bulb', 'plug-1', keyId(second)), { unknown: 'device' });
    assert.deepEqual(ring.lookup('lamp', 'plug-1', keyId(first)), { unknown: 'fleet' });
    const lost = deriveDeviceKey(primary, 'plug-3');
    assert.deepEqual(ring.lookup('plug', 'plug-3', keyId(lost)), { deviceKey: lost, slot: 'primary', revoked: true });
  });

  test('shows that keys are there, and nothing by which a weak one could be guessed', async () => {
    const ring = new KeyRing(await readKeysDirectory(directory, ['plug']));
    assert.deepEqual(ring.describe(), { plug: { primary: 'present', secondary: 'present', revoked: 2 } });
  });
});
