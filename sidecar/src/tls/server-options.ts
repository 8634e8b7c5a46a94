/** The whole set of options of the TLS server, in one place: start and reload both take everything from here. */
import { constants } from 'node:crypto';
import type { SecureContextOptions } from 'node:tls';
import { tlsCiphers } from '@quietwire/proto';
import type { TlsFiles } from './read-tls-files.ts';

/** SPEC: the only application protocol of this port. */
export const quietwireAlpn = 'quietwire/1';

export type MinTlsVersion = 'TLSv1.2' | 'TLSv1.3';

export function secureContextOptions(
  files: TlsFiles,
  minVersion: MinTlsVersion,
): SecureContextOptions & { sessionIdContext: string; ticketKeys?: Buffer } {
  return {
    cert: files.certificate,
    key: files.key,
    minVersion,
    maxVersion: 'TLSv1.3',
    ciphers: tlsCiphers,
    honorCipherOrder: true,
    // A renegotiation of TLS 1.2 would put records outside the slots (design.md, invariant 4).
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    // Node's default is a digest of the command line, which pods of two versions do not share.
    sessionIdContext: 'quietwire/1',
    ...(files.ticketKeys === undefined ? {} : { ticketKeys: Buffer.from(files.ticketKeys) }),
  };
}
