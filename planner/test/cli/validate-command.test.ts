import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { quietwire, temporaryDirectory } from './run-quietwire.ts';

const policy = `apiVersion: quietwire.dev/v1alpha1
kind: ShapingPolicy
metadata: { name: smart-plug, namespace: iot }
spec:
  fleet: smart-plug
  workloadSelector: { matchLabels: { app: plug-broker } }
  services:
    - { name: mqtt, port: 1883, proxyProtocol: V2 }
  mode: STP
  frameSize: 1024
  period: 5s
  upstream:   { interval: { constant: 100ms } }
  downstream: { interval: { constant: 50ms } }
  background: { interval: { constant: 2s }, frameSize: 128 }
  cover:
    objective: { adversaryConfidence: 0.2 }
  activity: { perDay: 24, quietBytes: 4, window: 1s }
`;
const faulty = policy
  .replace('frameSize: 1024', 'frameSize: 63')
  .replace('mode: STP', 'mode: LOUD')
  .replace('fleet: smart-plug', 'fleet: smart-plug\n  colour: red');

suite('quietwire validate', { concurrency: 2 }, () => {
  test('a valid policy is a line with its promise and its price, and one for what each direction carries', async () => {
    const { status, stdout, stderr } = await quietwire(['validate', '-'], policy);
    assert.equal(status, 0, stderr);
    assert.match(
      stdout,
      /^stdin: iot\/smart-plug: fleet smart-plug, STP, p 0\.00139, q 0\.00556, c 0\.2 if every activity ends within T − lead − hold = 1\.5 s, b [\d.]+, [\d.]+ B\/s, [\d.]+ GB a month\n {2}up /,
    );
    const [, up, down, ...rest] = stdout.split('\n');
    assert.match(
      up ?? '',
      /^ {2}up 9\.16 kB\/s in a run, at worst 1 kB 0\.902 s, 100 kB 11\.7 s, 1 MB 110 s; largest MQTT message 61\.4 kB at a keep alive of 5 s, [\d.]+ kB at a keep alive of 60 s$/,
    );
    assert.equal(down, '  down 18.3 kB/s in a run, at worst 1 kB 0.802 s, 100 kB 6.2 s, 1 MB 55.3 s');
    assert.deepEqual(rest, ['']);
    assert.equal(stderr, '');
  });

  test('every fault of every file is listed with line, path, value and bound, and the valid file is told too', async (t) => {
    const directory = await temporaryDirectory(t);
    const names = ['good.yaml', 'bad.yaml', 'other.yaml'].map((name) => join(directory, name));
    const [good = '', bad = '', other = ''] = names;
    await writeFile(good, policy);
    await writeFile(bad, faulty);
    await writeFile(other, policy.replace('adversaryConfidence: 0.2', 'adversaryConfidence: 0.001'));
    const { status, stdout, stderr } = await quietwire(['validate', ...names]);
    assert.equal(status, 3);
    assert.match(stdout, new RegExp(`^${good}: iot/smart-plug: .*\n  up .*\n  down .*\n$`));
    const [head, ...faults] = stderr.trimEnd().split('\n');
    assert.equal(head, 'error POLICY_INVALID: 4 faults in 2 of 3 files');
    assert.equal(faults.length, 4);
    assert.ok(faults[0]?.startsWith(`${bad}:6: spec.colour: `), faults[0]);
    assert.match(faults[1] as string, /bad\.yaml:\d+: spec\.mode: .*\(got "LOUD", allowed .*STP.*\)$/);
    assert.match(faults[2] as string, /bad\.yaml:\d+: spec\.frameSize: .*\(got 63, allowed .*64.*\)$/);
    assert.match(faults[3] as string, /other\.yaml:\d+: spec\.cover\.objective.*\(got .*0\.001.*, allowed .*0\.00139/);

    const json = await quietwire(['--json', 'validate', ...names]);
    assert.equal(json.status, 3);
    const { valid, files } = JSON.parse(json.stdout);
    assert.equal(valid, false);
    assert.deepEqual(
      files.map((file: { file: string; faults: unknown[] }) => [file.file, file.faults.length]),
      [
        [good, 0],
        [bad, 3],
        [other, 1],
      ],
    );
    assert.equal(files[0].policies[0].fleet, 'smart-plug');
    assert.ok(Math.abs(files[0].policies[0].summary.c - 0.2) < 1e-9);
    const { upstream, downstream } = files[0].policies[0].capacity;
    assert.ok(Math.abs(upstream.bytesPerSecond - 9160) < 1e-9 && Math.abs(downstream.bytesPerSecond - 18_320) < 1e-9);
    assert.deepEqual([upstream.worstSeconds['1 kB'], upstream.largestByKeepAlive['5']], [0.902, 61_372]);
    assert.deepEqual([files[1].faults[1].path, files[1].faults[1].got], [['spec', 'mode'], 'LOUD']);
  });

  test('a policy whose distributions do not fit the bootstrap exchange is refused', async () => {
    const values = Array.from({ length: 16 }, (_, index) => `${20 + index}ms`).join();
    const weights = Array.from({ length: 16 }, (_, index) => index + 1).join();
    const interval = `interval: { max: 1s, empirical: { values: [${values}], weights: [${weights}] } }`;
    const size = `size: { empirical: { values: [${weights.replace(/(\d+)/g, '1$1')}], weights: [${weights}] } }`;
    const wide = policy
      .replace('mode: STP', 'mode: ILP')
      .replace(/upstream: .*/, `upstream: { ${interval}, ${size} }`)
      .replace(/downstream: .*/, `downstream: { ${interval}, ${size} }`);
    const { status, stderr } = await quietwire(['validate', '-'], wide);
    assert.equal(status, 3, stderr);
    assert.match(stderr, /stdin:\d+: spec: cannot be sent to a device: its distributions take \d+ bytes too many/);
  });

  test('what is no policy, no YAML or not there is refused', async () => {
    for (const [text, message] of [
      [
        'kind: Deployment\n',
        /^error POLICY_INVALID: 1 fault\nstdin:1: kind: is no policy \(got "Deployment", allowed ShapingPolicy\)/,
      ],
      ['a: [', /^error POLICY_INVALID: \d faults?\nstdin:1: is not YAML: /],
      ['', /^error POLICY_INVALID: 1 fault\nstdin: holds no policy/],
    ] as const) {
      const { status, stdout, stderr } = await quietwire(['validate', '-'], text);
      assert.equal(status, 3);
      assert.equal(stdout, '');
      assert.match(stderr, message);
    }
    const missing = await quietwire(['validate', '/nowhere/policy.yaml']);
    assert.equal(missing.status, 4);
    assert.match(missing.stderr, /^error FILE_UNREADABLE: \/nowhere\/policy\.yaml: /);
    const none = await quietwire(['validate']);
    assert.equal(none.status, 2);
  });
});
