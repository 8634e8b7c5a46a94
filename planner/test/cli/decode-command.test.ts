import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { frame, recordTunnel } from '../decode/recorded-tunnel.ts';
import { quietwire, temporaryDirectory } from './run-quietwire.ts';

const tunnel = recordTunnel();
const lines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

suite('quietwire decode', { concurrency: 2 }, () => {
  test('each frame is a line with its place and its fields; what is sealed stays so without keys', async (t) => {
    const file = join(await temporaryDirectory(t), 'up.bin');
    await writeFile(file, tunnel.up);
    const { status, stdout, stderr } = await quietwire(['decode', file]);
    assert.equal(status, 0, stderr);
    const [hello, proof, first, cover, second, ...rest] = lines(stdout);
    assert.deepEqual([hello.frame, hello.offset, hello.size, hello.fields.length], [0, 0, 512, 1]);
    const { type, fleet, deviceId, nonce, maxFrame, aeads } = hello.fields[0];
    assert.deepEqual(
      { type, fleet, deviceId, nonce, maxFrame, aeads },
      {
        type: 'HELLO',
        fleet: 'plug',
        deviceId: 'plug-1',
        nonce: '04'.repeat(32),
        maxFrame: 1024,
        aeads: ['AES-256-GCM'],
      },
    );
    assert.equal(proof.fields[0].type, 'PROOF');
    const [control, ...fields] = first.fields;
    assert.equal(control.sealed.length, 2 * control.bytes);
    assert.deepEqual(fields, [
      { type: 'OPEN', id: 1, service: 'mqtt' },
      { type: 'STREAM', id: 1, offset: 0, bytes: 5, fin: false, active: true, data: '68656c6c6f' },
    ]);
    assert.deepEqual(cover, { frame: 3, offset: 1280, size: 256, fields: [] });
    assert.deepEqual(second, {
      frame: 4,
      offset: 1536,
      size: 128,
      fields: [
        { type: 'STREAM', id: 1, offset: 5, bytes: 2, fin: true, active: false, data: '6865' },
        { type: 'ACK', id: 1, offset: 77 },
        { type: 'TUNNEL_CREDIT', max: 2 ** 40 },
        { type: 'STREAM_CREDIT', id: 1, max: 4096 },
        { type: 'RESET', id: 3, code: 2 },
      ],
    });
    assert.deepEqual(
      rest.map(({ size }) => size),
      rest.map(() => 64),
    );
  });

  test('with keys control fields are opened in both directions, fragments joined at their last', async (t) => {
    const directory = await temporaryDirectory(t);
    const [upKeys, downKeys] = [join(directory, 'up.json'), join(directory, 'down.json')];
    await writeFile(upKeys, tunnel.upKeys);
    await writeFile(downKeys, tunnel.downKeys);
    const up = await quietwire(['decode', '--keys', upKeys, '-'], tunnel.up);
    assert.equal(up.status, 0, up.stderr);
    const controls = lines(up.stdout).flatMap(({ fields }) =>
      fields.filter(({ type }: { type: string }) => type === 'CONTROL'),
    );
    assert.deepEqual(controls[0].control, { periodStart: { number: 1, position: 1, version: 1 } });
    assert.deepEqual(controls.at(-1).control, {
      parametersAck: { version: 9 },
      goaway: { lastStream: 7, final: true },
    });
    for (const { control, fragment } of controls.slice(1, -1)) assert.ok(!control && fragment);

    const hexText = tunnel.down.toString('hex').replace(/(.{64})/g, '$1\n');
    const down = await quietwire(['--json', 'decode', '-', '--keys', downKeys], hexText);
    assert.equal(down.status, 0, down.stderr);
    const [challenge, accept, last] = JSON.parse(down.stdout);
    assert.equal(challenge.fields[0].type, 'CHALLENGE');
    assert.deepEqual(accept.fields[0].control.parameters, tunnel.parameters);
    assert.deepEqual(last.fields[0].control, { demand: { remainingMs: 40 } });
  });

  const session = frame(64, (writer) => writer.ack(1, 2));
  const faults: [string, Buffer, string, string][] = [
    ['an illegal length', Buffer.from([0, 63]), 'FRAME_LENGTH', 'frame 1 at offset 64: 63 bytes'],
    [
      'an unknown field',
      frame(64, (writer) => writer.field(0x44, Buffer.alloc(3))),
      'UNKNOWN_FIELD',
      'frame 1 at offset 64: type 0x44',
    ],
    ['a cut frame', frame(128).subarray(0, 100), 'TRUNCATED', 'frame 1 at offset 64 ends after 100 bytes of 128'],
    ['a single byte', Buffer.from([0]), 'TRUNCATED', 'frame 1 at offset 64 ends after 1 byte'],
    [
      'a late bootstrap',
      frame(512, (writer) => writer.bootstrap(0x22, Buffer.alloc(2))),
      'FIELD_NOT_ALLOWED',
      'frame 1 at offset 64: type 0x22',
    ],
  ];
  for (const [name, bytes, code, text] of faults) {
    test(`${name} ends it with status 6 after the frames before, naming frame and offset`, async () => {
      const { status, stdout, stderr } = await quietwire(['decode', '-'], Buffer.concat([session, bytes]));
      assert.equal(status, 6);
      assert.deepEqual(lines(stdout), [{ frame: 0, offset: 0, size: 64, fields: [{ type: 'ACK', id: 1, offset: 2 }] }]);
      assert.ok(stderr.startsWith(`error ${code}: `) && stderr.includes(text), stderr);
    });
  }

  test('a frame larger than the device said and a seal that does not open break the protocol', async (t) => {
    const large = await quietwire(['decode', '-'], Buffer.concat([tunnel.up, frame(1025)]));
    assert.equal(large.status, 6);
    assert.match(large.stderr, /^error FRAME_LENGTH: .*: 1025 bytes\n$/);
    const keys = join(await temporaryDirectory(t), 'keys.json');
    await writeFile(keys, tunnel.downKeys);
    const sealed = await quietwire(['decode', '--keys', keys, '-'], tunnel.up);
    assert.equal(sealed.status, 6);
    assert.match(sealed.stderr, /^error SEAL_BROKEN: .*: frame 2 at offset 1024\n$/);
  });

  test('faults of a keys file are listed together, without the keys', async (t) => {
    const keys = join(await temporaryDirectory(t), 'keys.json');
    await writeFile(keys, JSON.stringify({ aead: 'ROT13', key: 'secret', iv: 5, note: 'x' }));
    const { status, stderr } = await quietwire(['decode', '--keys', keys, '-'], tunnel.up);
    assert.equal(status, 3);
    assert.equal(
      stderr,
      [
        `error INVALID_FILE: 4 faults in ${keys}`,
        `${keys}: aead: is none (got "ROT13", allowed AES-256-GCM or CHACHA20-POLY1305)`,
        `${keys}: key: is none (got 6 characters, allowed 32 bytes in hex or base64)`,
        `${keys}: iv: is none (got 5, allowed 12 bytes in hex or base64)`,
        `${keys}: note: is unknown (allowed aead, key, iv)`,
        '',
      ].join('\n'),
    );
    await writeFile(keys, '{"key": "secret');
    const broken = await quietwire(['decode', '--keys', keys, '-'], tunnel.up);
    assert.equal(broken.status, 3);
    assert.ok(!broken.stderr.includes('secret'));
  });

  test('a file that is not there ends with status 4, odd hex with 3, nothing with success', async () => {
    assert.equal((await quietwire(['decode', '/nowhere/up.bin'])).status, 4);
    const odd = await quietwire(['decode', '-'], '00 40 0');
    assert.equal(odd.status, 3);
    assert.match(odd.stderr, /stdin: hex does not make whole bytes \(got 5 digits/);
    assert.deepEqual(await quietwire(['decode', '-'], ''), { status: 0, stdout: '', stderr: '' });
  });
});
