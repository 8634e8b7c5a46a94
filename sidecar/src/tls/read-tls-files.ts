/**
 * Certificate, private key and ticket key from disk, checked before a port opens and again at every reload: the check makes the
 * secure context that the TLS server will make, so what OpenSSL refuses is known before anything changes.
 */
import { createPrivateKey, type X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { errorText, SidecarError } from '../errors.ts';
import { readFileOf } from '../files/file-text.ts';
import { decodeBase64 } from '../keys/base64.ts';
import { parseCertificateChain } from './certificate-chain.ts';
import { type CertificateDates, certificateDates } from './certificate-remarks.ts';
import { type MinTlsVersion, secureContextOptions } from './server-options.ts';

/** Plain data: it may come from another thread. */
export interface TlsFiles {
  /** PEM: the leaf first, then its chain. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** 48 bytes: the session tickets of all pods that share it can be resumed on each. */
  readonly ticketKeys: Uint8Array | undefined;
  /** When the leaf expires, ms since 1970. */
  readonly expiresAt: number;
  /** The leaf, then its chain. */
  readonly dates: readonly CertificateDates[];
}

export interface TlsFilePaths {
  readonly certFile: string;
  readonly keyFile: string;
  readonly ticketKeyFile: string | undefined;
}

/** What Node's TLS takes as `ticketKeys`. */
const ticketKeyBytes = 48;

/**
 * Reads the files and checks that they belong together and that OpenSSL takes them.
 * @throws SidecarError FILE_UNREADABLE, or KEYS_INVALID, with every fault; an AggregateError of the two if there are both.
 */
export async function readTlsFiles(paths: TlsFilePaths, minVersion: MinTlsVersion): Promise<TlsFiles> {
  const unreadable: string[] = [];
  const read = async (kind: 'certificates' | 'key', setting: string, path: string): Promise<Buffer | undefined> => {
    const file = await readFileOf(kind, path);
    if ('bytes' in file) return file.bytes;
    unreadable.push(`${setting}: cannot read ${path}: ${file.reason}`);
    return undefined;
  };
  const [certificate, key, ticket] = await Promise.all([
    read('certificates', 'tls.certFile', paths.certFile),
    read('key', 'tls.keyFile', paths.keyFile),
    paths.ticketKeyFile === undefined ? undefined : read('key', 'tls.ticketKeyFile', paths.ticketKeyFile),
  ]);
  unreadable.sort();

  const faults: string[] = [];
  const chain = certificate && parseCertificateChain(certificate);
  for (const fault of chain?.faults ?? []) faults.push(`tls.certFile: ${paths.certFile} ${fault}`);
  const keyFault = key && faultOfKey(key, chain?.certificates[0], paths);
  if (keyFault !== undefined) faults.push(`tls.keyFile: ${paths.keyFile} ${keyFault}`);
  const ticketKeys = ticket && parseTicketKey(ticket);
  if (ticket !== undefined && ticketKeys === undefined) {
    faults.push(
      `tls.ticketKeyFile: ticket key of ${paths.ticketKeyFile} (got ${ticket.length} bytes, allowed ${ticketKeyBytes} bytes, plain or base64)`,
    );
  }
  const leaf = chain?.certificates[0];
  if (
    faults.length === 0 &&
    certificate !== undefined &&
    key !== undefined &&
    chain !== undefined &&
    leaf !== undefined
  ) {
    const dates = certificateDates(chain.certificates);
    const files = {
      certificate: certificate.toString(),
      key: key.toString(),
      ticketKeys,
      expiresAt: leaf.validToDate.getTime(),
      dates,
    };
    const refusal = refusalOfContext(files, minVersion);
    if (refusal !== undefined) faults.push(`tls.certFile: OpenSSL does not take ${paths.certFile}: ${refusal}`);
    else if (unreadable.length === 0) return files;
  }
  const errors = [
    ...(unreadable.length > 0 ? [SidecarError.listing('FILE_UNREADABLE', unreadable)] : []),
    ...(faults.length > 0 ? [SidecarError.listing('KEYS_INVALID', faults)] : []),
  ];
  throw errors.length === 1 ? errors[0] : new AggregateError(errors, 'several TLS files are not valid');
}

function faultOfKey(key: Buffer, leaf: X509Certificate | undefined, { certFile }: TlsFilePaths): string | undefined {
  try {
    const privateKey = createPrivateKey(key);
    if (leaf === undefined || leaf.checkPrivateKey(privateKey)) return undefined;
    return `does not belong to the certificate in ${certFile}`;
  } catch (error) {
    return `is no PEM private key without pass phrase: ${errorText(error)}`;
  }
}

/** Why the TLS server would not take the files. */
function refusalOfContext(files: TlsFiles, minVersion: MinTlsVersion): string | undefined {
  try {
    createSecureContext(secureContextOptions(files, minVersion));
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

function parseTicketKey(file: Buffer): Uint8Array | undefined {
  if (file.length === ticketKeyBytes) return file;
  const decoded = decodeBase64(file.toString('latin1'));
  return decoded?.length === ticketKeyBytes ? decoded : undefined;
}
