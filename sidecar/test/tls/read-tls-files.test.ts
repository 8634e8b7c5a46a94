import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { readTlsFiles, type TlsFiles } from '../../src/tls/read-tls-files.ts';
import { firstCertificate, secondCertificate, smallCertificate } from '../fixture/certificates.ts';

describe('The TLS files', () => {
  let directory = '';
  const { certificate: leaf, key } = firstCertificate;
  const other = secondCertificate.certificate;
  const path = (name: string): string => join(directory, name);
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'quietwire-tls-'));
    const files = {
      'tls.crt': leaf,
      'tls.key': key,
      'other.key': secondCertificate.key,
      text: 'no PEM',
      'ticket.raw': Buffer.alloc(48, 7),
      'ticket.base64': `${Buffer.alloc(48, 7).toString('base64')}\n`,
      'ticket.short': Buffer.alloc(47),
      'ticket.lines': `${Buffer.alloc(24, 7).toString('base64')}\n${Buffer.alloc(24, 7).toString('base64')}\n`,
      'small.crt': smallCertificate.certificate,
      'small.key': smallCertificate.key,
      'der.pem': new X509Certificate(leaf).raw,
      'cut.crt': leaf + other.slice(0, 300),
      'cut-begin.crt': leaf + other.slice(0, 15),
      'garbled.crt': leaf + other.replace('MII', '!!!'),
      'wrong-end.crt': leaf + other.replace('END CERTIFICATE', 'END CERTIFIC'),
      'empty.crt': `${leaf}-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n`,
      'nothing.crt': '',
      'windows.crt': `subject=leaf\n${leaf}${other}`.replaceAll('\n', '\r\n'),
      'encrypted.key': createPrivateKey(key).export({
        type: 'pkcs8',
        format: 'pem',
        cipher: 'aes-256-cbc',
        passphrase: 'secret',
      }),
      'der.key': createPrivateKey(key).export({ type: 'pkcs8', format: 'der' }),
    };
    await Promise.all(Object.entries(files).map(([name, content]) => writeFile(path(name), content)));
  });
  const read = (files: { cert?: string; key?: string; ticket?: string }): Promise<TlsFiles> =>
    readTlsFiles(
      {
        certFile: path(files.cert ?? 'tls.crt'),
        keyFile: path(files.key ?? 'tls.key'),
        ticketKeyFile: files.ticket === undefined ? undefined : path(files.ticket),
      },
      'TLSv1.2',
    );
  const refused = (
    files: { cert?: string; key?: string; ticket?: string },
    code: string,
    ...faults: RegExp[]
  ): Promise<void> =>
    assert.rejects(read(files), (error: Error & { code?: string }) => {
      assert.equal(error.code, code);
      const lines = error.message.split('\n');
      assert.equal(lines.length, faults.length, error.message);
      for (const [index, fault] of faults.entries()) assert.match(lines[index] ?? '', fault);
      return true;
    });

  test('are read with the day on which the certificate expires', async () => {
    const files = await read({});
    assert.equal(files.expiresAt, Date.UTC(2120, 0, 1));
    assert.equal(files.ticketKeys, undefined);
  });

  test('may hold a ticket key, plain or in base64', async () => {
    for (const ticket of ['ticket.raw', 'ticket.base64', 'ticket.lines']) {
      const files = await read({ ticket });
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
      /^tls\.certFile: .*text holds no certificate in PEM$/,
      /^tls\.keyFile: .* no PEM private key/,
      /^tls\.ticketKeyFile: .*got 47 bytes, allowed 48/,
    );
  });

  test('that cannot be read do not hide the faults of the others', async () => {
    const files = { cert: 'no.crt', key: 'text', ticket: 'ticket.short' };
    await assert.rejects(read(files), (error: AggregateError) => {
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

  test('that OpenSSL refuses, or would take without a part of them, are refused by the check with what is wrong', async () => {
    const certificates = {
      'der.pem': /^tls\.certFile: .*der\.pem is DER, not PEM: openssl x509 -inform der/,
      'cut.crt': /cut\.crt is cut off: block 2 \(line 11\) has no END line$/,
      'cut-begin.crt': /cut-begin\.crt has no whole BEGIN line where a block should begin \(line 11\)$/,
      'garbled.crt': /garbled\.crt holds no certificate in block 2 \(line 11\): .*base64/,
      'wrong-end.crt': /wrong-end\.crt is cut off: block 2 \(line 11\) has no END line/,
      'empty.crt': /empty\.crt holds no certificate in block 2 \(line 11\): it is empty$/,
      'nothing.crt': /nothing\.crt holds no certificate in PEM$/,
    };
    for (const [cert, fault] of Object.entries(certificates)) await refused({ cert }, 'KEYS_INVALID', fault);
    const small = /^tls\.certFile: OpenSSL does not take .*small\.crt: .*key too small/;
    await refused({ cert: 'small.crt', key: 'small.key' }, 'KEYS_INVALID', small);
    await refused({ key: 'encrypted.key' }, 'KEYS_INVALID', /^tls\.keyFile: .*without pass phrase/);
    await refused({ key: 'der.key' }, 'KEYS_INVALID', /^tls\.keyFile: .*no PEM private key/);
  });

  test('may have a text before the blocks and the line ends of Windows', async () => {
    assert.equal((await read({ cert: 'windows.crt' })).dates.length, 2);
  });

  test('are refused when larger than any certificate is', async () => {
    await writeFile(path('large.crt'), leaf.repeat(1000));
    await refused({ cert: 'large.crt' }, 'FILE_UNREADABLE', /^tls\.certFile: .*larger than 262144 bytes$/);
  });
});
