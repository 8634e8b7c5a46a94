import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import manifest from '../../package.json' with { type: 'json' };
import { quietwire, startQuietwire } from './run-quietwire.ts';

suite('quietwire', { concurrency: 2 }, () => {
  test('--version and --help answer on stdout with status 0, also through the launcher', async () => {
    const version = await quietwire(['--version']);
    assert.deepEqual(version, { status: 0, stdout: `${manifest.version}\n`, stderr: '' });
    const { child, exited } = startQuietwire(['--help'], true);
    child.stdin.end();
    const help = await exited;
    assert.equal(help.status, 0);
    assert.equal(help.stderr, '');
    for (const word of ['Usage: quietwire', 'keys', 'tap', 'Exit status']) assert.ok(help.stdout.includes(word), word);
  });

  test('without a command it shows help on stderr and ends with status 2', async () => {
    const { status, stdout, stderr } = await quietwire([]);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^Usage: quietwire/);
  });

  const wrongFlags: [string[], RegExp][] = [
    [['tapp'], /^error USAGE: unknown command 'tapp'\n\(Did you mean tap\?\)/],
    [['--seed', 'x', 'keys'], /^error USAGE: option '--seed <n>' argument 'x' is invalid\. Allowed: a whole number/],
    [['keys', 'new', '-o', '-', '--nonsense'], /^error USAGE: unknown option '--nonsense'/],
    [['keys', 'new'], /^error USAGE: required option '-o, --output <dir>' not specified/],
    [
      ['keys', 'new', '-o', '-', '--fleet', 'Big_Fleet'],
      /^error USAGE: option '--fleet <name>' argument 'Big_Fleet' is invalid/,
    ],
    [
      ['keys', 'derive', '--group-key', 'k', '--device', 'a b'],
      /^error USAGE: option '--device <id>' argument 'a b' is/,
    ],
    [
      ['keys', 'cert', '--dev', 'no host', '-o', 'd'],
      /^error USAGE: option '--dev <host>' argument 'no host' is invalid/,
    ],
    [
      ['keys', 'secret', '--name', 'n', '--namespace', 'ns', '--fleet', 'f'],
      /^error USAGE: missing required argument 'dir'/,
    ],
    [['tap', '--listen', '127.0.0.1', '--to', 'h:1', '-o', 'f'], /^error USAGE: option '--listen <host:port>'/],
    [['tap', '--listen', '127.0.0.1:0', '--to', 'h:0', '-o', 'f'], /^error USAGE: option '--to <host:port>'/],
    [['tap', '--listen', ':0', '--to', 'h:1', '-o', '-', '--json'], /^error USAGE: option '--json' cannot be used/],
    [['tap', '--listen', ':0', '--to', 'h:1', '-o', 'f', 'more'], /^error USAGE: too many arguments/],
  ];
  for (const [args, message] of wrongFlags) {
    test(`wrong flags end with status 2: ${args.join(' ')}`, async () => {
      const { status, stdout, stderr } = await quietwire(args);
      assert.equal(status, 2, stderr);
      assert.equal(stdout, '');
      assert.match(stderr, message);
    });
  }
});
