// Reloads of a running sidecar: all or nothing, and every one ends with a line in the log.
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { createSystemRuntime, type Runtime } from '@quietwire/tunnel';
import { Log } from '../src/log.ts';
import { Reloads } from '../src/reloads.ts';
import type { SidecarState } from '../src/state.ts';
import { firstCertificate, secondCertificate, smallCertificate } from './fixture/certificates.ts';
import { type LocalSidecar, policyText, startLocalSidecar } from './fixture/local-sidecar.ts';

const services = ['name: plain, port: 9'];
const policy = (quietBytes: number): string => policyText({ services, quietBytes });

describe('A reload', { timeout: 60_000 }, () => {
  let runtime: Runtime;
  let local: LocalSidecar;
  before(async () => {
    runtime = createSystemRuntime();
    local = await startLocalSidecar(runtime, [policy(4)]);
  });
  after(async () => {
    await local.sidecar.stop();
    runtime.close();
    await rm(local.directory, { recursive: true });
  });
  const write = (name: string, text: string | Uint8Array): Promise<void> =>
    writeFile(join(local.directory, name), text);
  const logged = (code: string): string[] => local.lines.filter((line) => line.includes(`"${code}"`));
  /** From the log: `/metrics` may be a second old. */
  const generation = (): number =>
    (JSON.parse(logged('POLICY_LOADED').at(-1) ?? '{}') as { generation: number }).generation;
  const servedSubject = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const socket = connect({ port: local.port, rejectUnauthorized: false, ALPNProtocols: ['quietwire/1'] }, () => {
        resolve(String(socket.getPeerX509Certificate()?.subject));
        socket.destroy();
      });
      socket.on('error', reject);
    });

  const refusedCertificates: Record<string, readonly [certificate: string | Uint8Array, key: string]> = {
    'that is DER': [Buffer.from([0x30, 0x82, 1, 0]), firstCertificate.key],
    'with a key too small for OpenSSL': [smallCertificate.certificate, smallCertificate.key],
    'whose second block is cut': [
      secondCertificate.certificate + firstCertificate.certificate.slice(0, 200),
      secondCertificate.key,
    ],
    'whose second block is empty': [
      `${secondCertificate.certificate}-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n`,
      secondCertificate.key,
    ],
    'of another key': [secondCertificate.certificate, firstCertificate.key],
  };
  for (const [which, [certificate, key]] of Object.entries(refusedCertificates)) {
    test(`with a certificate ${which} is refused, changes nothing, and says so`, async () => {
      const refusals = logged('RELOAD_REFUSED').length;
      const reloads = logged('RELOADED').length;
      const before = generation();
      await Promise.all([write('tls.crt', certificate), write('tls.key', key), write('policy.yaml', policy(5))]);
      await assert.rejects(local.sidecar.reload(), { code: 'KEYS_INVALID' });
      assert.equal(logged('RELOAD_REFUSED').length, refusals + 1);
      assert.match(logged('RELOAD_REFUSED').at(-1) ?? '', /everything stays as it was: tls\.(cert|key)File: /);
      assert.equal(logged('RELOADED').length, reloads);
      assert.equal(generation(), before, 'the changed policy is not in force');
      assert.equal(await servedSubject(), 'CN=quietwire test one');
    });
  }

  test('puts certificate and policies in force together', async () => {
    const before = generation();
    await Promise.all([
      write('tls.crt', secondCertificate.certificate),
      write('tls.key', secondCertificate.key),
      write('policy.yaml', policy(6)),
    ]);
    await local.sidecar.reload();
    assert.equal(await servedSubject(), 'CN=quietwire test two');
    assert.equal(generation(), before + 1);
    await local.sidecar.reload();
    assert.equal(generation(), before + 1, 'what did not change keeps its version');
    assert.equal(logged('POLICY_LOADED').length, 2);
  });

  test('says in the log and in /config what c is, and what it rests on', async () => {
    await write('policy.yaml', policyText({ services, objective: 'adversaryConfidence: 0.5' }));
    await local.sidecar.reload();
    const promise = 'c 0.5 if every activity ends within T − lead − hold = 100 ms';
    assert.match(logged('POLICY_LOADED').at(-1) ?? '', new RegExp(`policy.yaml:\\d+: ${promise}"`));
    const { policies } = JSON.parse((await local.admin('/config')).text) as { policies: { promise: string }[] };
    assert.deepEqual(
      policies.map((entry) => entry.promise),
      [promise],
    );
  });

  test('that is asked for while another runs reads what is there then, and each run ends with a line', async () => {
    const reloads = logged('RELOADED').length;
    const before = generation();
    const first = local.sidecar.reload();
    await write('policy.yaml', policy(7));
    const [second, third] = [local.sidecar.reload(), local.sidecar.reload()];
    await Promise.all([first, second, third]);
    assert.equal(generation(), before + 1);
    assert.equal(logged('RELOADED').length, reloads + 2);
  });

  test('refuses policies with an alias of what it stands in, as a fault of the file', async () => {
    await write('policy.yaml', 'kind: ShapingPolicy\nspec: &s { fleet: *s }\n');
    await assert.rejects(local.sidecar.reload(), { code: 'POLICY_INVALID' });
    assert.match(
      logged('RELOAD_REFUSED').at(-1) ?? '',
      /policy\.yaml:2: spec\.fleet: is an alias of what it stands in/,
    );
    await write('policy.yaml', policy(7));
  });

  test('takes no list of revoked devices that is empty without saying so', async () => {
    await write('smart-plug.revoked', '');
    await assert.rejects(local.sidecar.reload(), { code: 'KEYS_INVALID' });
    assert.match(
      logged('RELOAD_REFUSED').at(-1) ?? '',
      /smart-plug\.revoked: .* names no device, though 1 are revoked/,
    );
    await write('smart-plug.revoked', 'no devices\n');
    await local.sidecar.reload();
    const { keys } = JSON.parse((await local.admin('/config')).text) as { keys: Record<string, { revoked: number }> };
    assert.equal(keys['smart-plug']?.revoked, 0);
  });

  test('that comes during the stop ends with a line too', async () => {
    const other = await startLocalSidecar(runtime, [policy(4)]);
    const stopped = other.sidecar.stop();
    await assert.rejects(other.sidecar.reload(), /the sidecar stops/);
    assert.ok(other.lines.some((line) => line.includes('"RELOAD_REFUSED"')));
    await stopped;
    await rm(other.directory, { recursive: true });
  });
});

test('Whatever a reload meets, it ends with RELOADED or RELOAD_REFUSED', async () => {
  const lines: string[] = [];
  const log = new Log({
    format: 'text',
    level: 'info',
    timestamp: () => 'now',
    nowMs: () => 0,
    write: (line) => lines.push(line),
  });
  const state = { policies: [] } as unknown as SidecarState;
  const reloads = (read: () => Promise<SidecarState>, apply: () => Promise<void>): Reloads =>
    new Reloads({ read, apply, isStopping: () => false, log });
  const thrown = async (): Promise<never> => {
    throw new TypeError('nobody thought of this');
  };
  await assert.rejects(reloads(() => Promise.reject(new AggregateError([1, 'two'])), thrown).run());
  await assert.rejects(reloads(async () => state, thrown).run(), TypeError);
  await reloads(
    async () => state,
    async () => {},
  ).run();
  assert.deepEqual(
    lines.map((line) => line.trim()),
    [
      'now error RELOAD_REFUSED: everything stays as it was: 1; two',
      'now error RELOAD_REFUSED: everything stays as it was: nobody thought of this',
      'now info RELOADED: certificate, keys and 0 policies are in force',
    ],
  );
});
