// Files that a sidecar must refuse, or take with a remark, made of the good ones of a stack: certificates, keys, lists of revoked
// devices, policies. What is said of each is the case's matter.
import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import type { Stack } from '../rig/stack.ts';

/** Paths by what is wrong. */
export async function badCertificates({ place }: Stack): Promise<Record<'der' | 'cut' | 'garbled' | 'empty', string>> {
  const good = await readFile(place.path('tls', 'cert.pem'), 'utf8');
  const ca = await readFile(place.path('tls', 'ca.pem'), 'utf8');
  return {
    der: await place.file('der.pem', new X509Certificate(good).raw),
    cut: await place.file('cut.pem', good + ca.slice(0, 300)),
    garbled: await place.file('garbled.pem', good + ca.replace('MII', '?!?')),
    empty: await place.file('empty.pem', `${good}-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n`),
  };
}

/** The stack's key behind a pass phrase. */
export async function encryptedKey({ place }: Stack): Promise<string> {
  const key = createPrivateKey(await readFile(place.path('tls', 'key.pem')));
  const pem = key.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' });
  return place.file('encrypted.pem', pem);
}

/** RSA of 1,024 bits, which OpenSSL does not take; by openssl, since our own maker makes no such thing. */
export async function smallCertificate({ place }: Stack): Promise<{ cert: string; key: string }> {
  const [cert, key] = [place.path('small.pem'), place.path('small-key.pem')];
  const subject = ['-subj', '/CN=localhost', '-days', '365'];
  const args = ['req', '-x509', '-newkey', 'rsa:1024', '-nodes', '-keyout', key, '-out', cert, ...subject];
  const { status, said } = await place.run({ name: 'openssl', command: '/usr/bin/openssl', args });
  if (status !== 0) throw new Error(`openssl ended with ${status}: ${said}`);
  return { cert, key };
}

/** A directory of keys like the stack's, with other files in the place of some. */
export async function keysWith(stack: Stack, name: string, files: Record<string, string>): Promise<string> {
  const directory = stack.place.path(name);
  await mkdir(directory, { mode: 0o700 });
  for (const fleet of ['smart-plug', 'steady']) {
    await writeFile(`${directory}/${fleet}.primary`, await readFile(`${stack.keysDir}/${fleet}.primary`));
  }
  for (const [file, text] of Object.entries(files)) await writeFile(`${directory}/${file}`, text);
  return directory;
}

/** A directory in the place of a key: nobody can read it as a file, root neither. */
export async function unreadableKeys(stack: Stack): Promise<string> {
  const directory = await keysWith(stack, 'unreadable-keys', {});
  await mkdir(`${directory}/steady.secondary`);
  await chmod(`${directory}/steady.secondary`, 0o000);
  return directory;
}

/** As `openssl rand -base64 64` prints it. */
export function keyOnTwoLines(): string {
  const text = randomBytes(64).toString('base64');
  return `${text.slice(0, 64)}\n${text.slice(64)}\n`;
}
