/**
 * Certificate, private key and ticket key from disk, checked before a port opens and again at every reload. What the TLS
 * server makes of them is `server-options.ts`'s matter.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { errorText, SidecarError } from '../errors.ts';

export interface TlsFiles {
  /** PEM: the leaf first, then its chain. */
  readonly certificate: string;
  /** PEM. */
  readonly key: string;
  /** 48 bytes: the session tickets of all pods that share it can be resumed on each. */
  readonly ticketKeys: Buffer | undefined;
  /** When the leaf expires, ms since 1970. */
  readonly expiresAt: number;
}

export interface TlsFilePaths {
  readonly certFile: string;
  readonly keyFile: string;
  readonly ticketKeyFile: string | undefined;
}

/** What Node's TLS takes as `ticketKeys`. */
const ticketKeyBytes = 48;

/**
 * Reads the files and checks that they belong together.
 * @throws SidecarError FILE_UNREADABLE, or KEYS_INVALID, with every fault; an AggregateError of the two if there are both.
 */
export async function readTlsFiles(paths: TlsFilePaths): Promise<TlsFiles> {
  const unreadable: string[] = [];
  const read = async (setting: string, path: string): Promise<Buffer | undefined> => {
    try {
      return await readFile(path);
    } catch (error) {
      unreadable.push(`${setting}: cannot read ${path}: ${errorText(error)}`);
      return undefined;
    }
  };
  const certificate = await read('tls.certFile', paths.certFile);
  const key = await read('tls.keyFile', paths.keyFile);
  const ticket = paths.ticketKeyFile === undefined ? undefined : await read('tls.ticketKeyFile', paths.ticketKeyFile);

  const faults: string[] = [];
  const leaf = attempt(
    faults,
    `tls.certFile: ${paths.certFile} is no PEM certificate`,
    () => certificate && new X509Certificate(certificate),
  );
  const privateKey = attempt(
    faults,
    `tls.keyFile: ${paths.keyFile} is no PEM private key without pass phrase`,
    () => key && createPrivateKey(key),
  );
  if (leaf !== undefined && privateKey !== undefined && !leaf.checkPrivateKey(privateKey)) {
    faults.push(`tls.keyFile: ${paths.keyFile} does not belong to the certificate in ${paths.certFile}`);
  }
  const ticketKeys = ticket === undefined ? undefined : parseTicketKey(ticket);
  if (ticket !== undefined && ticketKeys === undefined) {
    faults.push(
      `tls.ticketKeyFile: ticket key of ${paths.ticketKeyFile} (got ${ticket.length} bytes, allowed ${ticketKeyBytes} bytes, plain or base64)`,
    );
  }
  const errors = [
    ...(unreadable.length > 0 ? [SidecarError.listing('FILE_UNREADABLE', unreadable)] : []),
    ...(faults.length > 0 ? [SidecarError.listing('KEYS_INVALID', faults)] : []),
  ];
  if (errors.length === 1) throw errors[0];
  if (certificate === undefined || key === undefined || leaf === undefined || errors.length > 0)
    throw new AggregateError(errors, 'several TLS files are not valid');
  return {
    certificate: certificate.toString(),
    key: key.toString(),
    ticketKeys,
    expiresAt: leaf.validToDate.getTime(),
  };
}

function parseTicketKey(file: Buffer): Buffer | undefined {
  if (file.length === ticketKeyBytes) return file;
  const text = file.toString('latin1').trim();
  const decoded = /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  return decoded.length === ticketKeyBytes ? decoded : undefined;
}

function attempt<T>(faults: string[], fault: string, parse: () => T): T | undefined {
  try {
    return parse();
  } catch (error) {
    faults.push(`${fault}: ${errorText(error)}`);
    return undefined;
  }
}
