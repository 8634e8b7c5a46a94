import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { readTlsFiles } from '../../src/tls/read-tls-files.ts';
import { firstCertificate, secondCertificate } from '../fixture/certificates.ts';

describe('The TLS files', () => {
  let directory = '';
  const path = (name: string): string => join(directory, name);
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quietwire-tls-'));
    const files = {
      'tls.crt': firstCertificate.certificate,
      'tls.key': firstCertificate.key,
      'other.key': secondCertificate.key,
      text: 'no PEM',
      'ticket.raw': Buffer.alloc(48, 7),
      'ticket.base64': `${Buffer.alloc(48, 7).toString('base64')}\n`,
      'ticket.short': Buffer.alloc(47),
    };
    await Promise.all(Object.entries(files).map(([name, content]) => writeFile(path(name), content)));
  });
  const refused = (
    files: { cert?: string; key?: string; ticket?: string },
    code: string,
    ...faults: RegExp[]
  ): Promise<void> =>
    assert.rejects(
      readTlsFiles({
        certFile: path(files.cert ?? 'tls.crt'),
        keyFile: path(files.key ?? 'tls.key'),
        ticketKeyFile: files.ticket === undefined ? undefined : path(files.ticket),
      }),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, code);
        const lines = error.message.split('\n');
        assert.equal(lines.length, faults.length, error.message);
        for (const [index, fault] of faults.entries()) assert.match(lines[index] ?? '', fault);
        return true;
      },
    );

  test('are read with the day on which the certificate expires', async () => {
    const files = await readTlsFiles({ certFile: path('tls.crt'), keyFile: path('tls.key'), ticketKeyFile: undefined });
    assert.equal(files.expiresAt, Date.UTC(2120, 0, 1));
    assert.equal(files.ticketKeys, undefined);
  });

  test('may hold a ticket key, plain or in base64', async () => {
    for (const name of ['ticket.raw', 'ticket.base64']) {
      const files = await readTlsFiles({
        certFile: path('tls.crt'),
        keyFile: path('tls.key'),
        ticketKeyFile: path(name),
      });
      assert.deepEqual(files.ticketKeys, Buffer.alloc(48, 7));
    }
  });

  test('that cannot be read are listed with their settings', async () => {
    await refused(
      { cert: 'no.crt', key: 'no.key' },
      'FILE_UNREADABLE',
      /^tls\.certFile: .*no\.crt: ENOENT/,
      /^tls\.keyFile: .*no\.key: ENOENT/,
    );
  });

  test('that are no certificate, no key or no ticket key are listed', async () => {
    await refused(
      { cert: 'text', key: 'text', ticket: 'ticket.short' },
      'KEYS_INVALID',
      /^tls\.certFile: .* no PEM certificate/,
      /^tls\.keyFile: .* no PEM private key/,
      /^tls\.ticketKeyFile: .*got 47 bytes, allowed 48/,
    );
  });

  test('that cannot be read do not hide the faults of the others', async () => {
    const files = { certFile: path('no.crt'), keyFile: path('text'), ticketKeyFile: path('ticket.short') };
    await assert.rejects(readTlsFiles(files), (error: AggregateError) => {
      const [unreadable, invalid] = error.errors.map(({ message }: Error) => message);
      assert.match(unreadable ?? '', /^tls\.certFile: .*no\.crt: ENOENT[^\n]*$/);
      assert.match(invalid ?? '', /^tls\.keyFile: .*\ntls\.ticketKeyFile: .*$/);
      return true;
    });
  });

  test('must belong together', async () => {
    await refused(
      { key: 'other.key' },
      'KEYS_INVALID',
      /^tls\.keyFile: .*other\.key does not belong to the certificate/,
    );
  });
});
