// The lists of revoked devices: what the watch puts in force, and what it does not take.
import assert from 'node:assert/strict';
import { mkdtemp, open, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { ManualTime } from '@quietwire/tunnel';
import { KeyRing } from '../../src/keys/key-ring.ts';
import { readKeysDirectory } from '../../src/keys/read-keys-directory.ts';
import { readRevokedLists } from '../../src/keys/read-revoked.ts';
import { RevocationWatch } from '../../src/keys/revocation-watch.ts';
import { RevokedFiles } from '../../src/keys/revoked-files.ts';

const lookMs = 30_001;

class Watched {
  readonly directory: string;
  readonly ring: KeyRing;
  readonly faults: string[] = [];
  reads = 0;
  readonly #time = new ManualTime();
  readonly #watch: RevocationWatch;
  #looks = 0;
  #ended = Promise.resolve();

  static async start(list: string): Promise<Watched> {
    const directory = await mkdtemp(join(tmpdir(), 'quietwire-revoked-'));
    for (const fleet of ['plug', 'lamp'])
      await writeFile(join(directory, `${fleet}.primary`), 'A'.repeat(43).concat('='));
    await writeFile(join(directory, 'plug.revoked'), list);
    return new Watched(directory, new KeyRing(await readKeysDirectory(directory, ['plug', 'lamp'])));
  }

  private constructor(directory: string, ring: KeyRing) {
    this.directory = directory;
    this.ring = ring;
    const files = new RevokedFiles(directory);
    this.#watch = new RevocationWatch({
      runtime: this.#time.runtime('watch'),
      inForce: () => ring.revoked,
      read: (inForce) => {
        const read = files.readChanged(inForce, (wanted) => {
          this.reads += 1;
          return readRevokedLists(directory, wanted);
        });
        this.#ended = read.then(() => {});
        return read;
      },
      onChange: (revoked) => ring.replaceRevoked(revoked),
      onFault: (fault) => this.faults.push(fault),
    });
  }

  get file(): string {
    return join(this.directory, 'plug.revoked');
  }

  write(text: string): Promise<void> {
    return writeFile(this.file, text);
  }

  /** Lets the watch look once; files are read in real time. */
  async look(): Promise<void> {
    this.#looks += 1;
    await this.#time.advanceTo(this.#looks * lookMs);
    await this.#ended;
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** As SIGHUP does it. */
  async reload(): Promise<void> {
    this.ring.prepare(await readKeysDirectory(this.directory, ['plug', 'lamp'], this.ring.revoked))();
  }

  revoked(...ids: string[]): boolean {
    return ids.every((id) => this.ring.isRevoked('plug', id));
  }

  async close(): Promise<void> {
    this.#watch.close();
    await rm(this.directory, { recursive: true });
  }
}

describe('The lists of revoked devices', { concurrency: true, timeout: 30_000 }, () => {
  const all: Watched[] = [];
  const start = async (list: string): Promise<Watched> => {
    const watched = await Watched.start(list);
    all.push(watched);
    return watched;
  };
  after(() => Promise.all(all.map((watched) => watched.close())));

  test('are looked at every half a minute, and read where their files changed', async () => {
    const watched = await start('one\n');
    await watched.look();
    const { reads } = watched;
    await watched.look();
    assert.equal(watched.reads, reads, 'an unchanged file is not read again');
    await watched.write('one\ntwo\n');
    await watched.look();
    assert.ok(watched.revoked('one', 'two'));
    assert.equal(watched.reads, reads + 1);
  });

  test('are compared with what is in force, whoever put it there: emptied, reloaded, restored', async () => {
    const watched = await start('one\n');
    await watched.look();
    await watched.write('no devices\n');
    await watched.reload();
    assert.ok(!watched.revoked('one'));
    await watched.write('one\n');
    await watched.look();
    assert.ok(watched.revoked('one'), 'the restored list is in force without a reload');
  });

  test('are only lifted by a file that says so, not by one that is empty or gone', async () => {
    const watched = await start('one\ntwo\n');
    for (const text of ['', '\n', '# nobody\n']) {
      await watched.write(text);
      await watched.look();
      assert.ok(watched.revoked('one', 'two'), JSON.stringify(text));
      await assert.rejects(watched.reload(), { code: 'KEYS_INVALID' });
    }
    await rm(watched.file);
    await watched.look();
    await watched.look();
    assert.ok(watched.revoked('one', 'two'));
    await assert.rejects(watched.reload(), /the file is gone, though 2 are revoked; a line "no devices" lets them in/);
    assert.deepEqual(
      watched.faults.map((fault) => fault.replace(/^.*not taken: /, '').split(',')[0]),
      ['it names no device', 'the file is gone'],
      'each reason once',
    );
    await watched.write('# all found again\nno devices\n');
    await watched.look();
    assert.ok(!watched.revoked('one') && !watched.revoked('two'));
  });

  test('are not read while they are written: emptied, then filled piece by piece', async () => {
    const watched = await start('one\ntwo\nthree\n');
    await watched.look();
    const file = await open(watched.file, 'w');
    const look = watched.look();
    for (const piece of ['on', 'e\ntw', 'o\nthr', 'ee\nfour\n']) {
      await new Promise((resolve) => setTimeout(resolve, 40));
      await file.write(piece);
      assert.ok(watched.revoked('one', 'two', 'three'), piece);
    }
    await file.close();
    await look;
    assert.ok(watched.revoked('one', 'two', 'three', 'four'));
    assert.deepEqual(watched.faults, []);
  });

  test('are read by a reload that comes while they are written', async () => {
    const watched = await start('one\n');
    const file = await open(watched.file, 'w');
    const reload = watched.reload();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await file.write('one\ntwo\n');
    await file.close();
    await reload;
    assert.ok(watched.revoked('one', 'two'));
  });

  test('may be exchanged by a rename, or by the symbolic link of a Kubernetes volume', async () => {
    const watched = await start('one\n');
    await watched.look();
    await writeFile(join(watched.directory, 'new'), 'two\n');
    await rename(join(watched.directory, 'new'), watched.file);
    await watched.look();
    assert.ok(watched.revoked('two') && !watched.revoked('one'));
    await writeFile(join(watched.directory, 'version-2'), 'three\n');
    await symlink('version-2', join(watched.directory, '..data'));
    await rm(watched.file);
    await symlink('..data', watched.file);
    await watched.look();
    assert.ok(watched.revoked('three'));
    await writeFile(join(watched.directory, 'version-3'), 'fourx\n');
    await symlink('version-3', join(watched.directory, '..data_tmp'));
    await rename(join(watched.directory, '..data_tmp'), join(watched.directory, '..data'));
    await watched.look();
    assert.ok(watched.revoked('fourx') && !watched.revoked('three'));
    assert.deepEqual(watched.faults, []);
  });

  test('with a line that is no id change nothing', async () => {
    const watched = await start('one\n');
    await watched.write('one two\n');
    await watched.look();
    assert.ok(watched.revoked('one'));
    assert.match(watched.faults.join(), /plug\.revoked: .* is not taken: line 1 is no device id$/);
    await watched.write('no devices\ntwo\n');
    await watched.look();
    assert.match(watched.faults.at(-1) ?? '', /it says "no devices" and names 1$/);
  });
});
