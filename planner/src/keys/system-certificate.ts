// A certificate for development: a certification authority that signs one server certificate and is then forgotten. Draws
// keys from the system's randomness; time is an argument. Writes no files. Not for production.

import { webcrypto as crypto, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const organization = 'Quietwire development, not for production';
const serialBytes = 16;
const longestCommonName = 64;
const dayMs = 86_400_000;

export interface DevelopmentCertificateOptions {
  /** Host names and addresses; localhost and the loopback addresses are added. */
  readonly hosts: readonly string[];
  /** First moment of validity, and days of validity from then. */
  readonly notBefore: Date;
  readonly days: number;
}

/** PEM texts: the authority's certificate (its key is gone), the server's certificate and key (PKCS 8). */
export interface DevelopmentCertificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes an ECDSA P-256 certificate for TLS servers with the hosts as subject alternative names. */
export async function createDevelopmentCertificate(
  options: DevelopmentCertificateOptions,
): Promise<DevelopmentCertificate> {
  return (await createDevelopmentCertificates(options, []))[0];
}

/** As `createDevelopmentCertificate`, and a second one by the same authority for `otherHosts` alone. */
export async function createDevelopmentCertificates(
  options: DevelopmentCertificateOptions,
  otherHosts: readonly string[],
): Promise<[DevelopmentCertificate, DevelopmentCertificate]> {
  await import('reflect-metadata'); // @peculiar/x509 refuses to load without; both are slow to load, so only here
  const x509 = await import('@peculiar/x509');
  const { notBefore } = options;
  const notAfter = new Date(notBefore.getTime() + options.days * dayMs);
  const validity = { notBefore, notAfter, signingAlgorithm: algorithm };
  const hosts = [...new Set([...options.hosts, 'localhost', '127.0.0.1', '::1'])];
  const { BasicConstraintsExtension, KeyUsageFlags, KeyUsagesExtension, SubjectKeyIdentifierExtension } = x509;

  const caKeys = await createKeys();
  const ca = await x509.X509CertificateGenerator.createSelfSigned(
    {
      ...validity,
      serialNumber: createSerialNumber(),
      name: `CN=Quietwire development CA, O="${organization}"`,
      keys: caKeys,
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(caKeys.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  const issue = async (names: readonly string[]): Promise<DevelopmentCertificate> => {
    const commonName = (names[0] ?? '').length <= longestCommonName ? names[0] : 'server';
    const keys = await createKeys();
    const cert = await x509.X509CertificateGenerator.create(
      {
        ...validity,
        serialNumber: createSerialNumber(),
        subject: `CN=${commonName}, O="${organization}"`,
        issuer: ca.subject,
        publicKey: keys.publicKey,
        signingKey: caKeys.privateKey,
        extensions: [
          new BasicConstraintsExtension(false, undefined, true),
          new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
          new x509.SubjectAlternativeNameExtension(
            names.map((value) => ({ type: isIP(value) ? ('ip' as const) : ('dns' as const), value })),
          ),
          await SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
          await x509.AuthorityKeyIdentifierExtension.create(caKeys.publicKey, false, crypto),
        ],
      },
      crypto,
    );
    const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
    const keyPem = x509.PemConverter.encode(key, 'PRIVATE KEY');
    return { ca: `${ca.toString('pem')}\n`, cert: `${cert.toString('pem')}\n`, key: `${keyPem}\n` };
  };
  return [await issue(hosts), await issue(otherHosts.length > 0 ? otherHosts : hosts)];
}

function createKeys(): Promise<crypto.CryptoKeyPair> {
  return crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** RFC 5280 section 4.1.2.2: positive, at most 20 bytes. */
function createSerialNumber(): string {
  const bytes = randomBytes(serialBytes);
  bytes[0] = ((bytes[0] as number) & 0x7f) | 0x40;
  return bytes.toString('hex');
}
