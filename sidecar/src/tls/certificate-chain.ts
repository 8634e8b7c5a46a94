/**
 * A certificate file as OpenSSL will take it: every block of the PEM text, one after the other, so that a cut or garbled one is
 * named before OpenSSL refuses the whole. Pure. Whether OpenSSL takes the certificate at all is tried in `read-tls-files.ts`.
 */
import { X509Certificate } from 'node:crypto';
import { errorText } from '../errors.ts';

export interface CertificateChain {
  /** The leaf, then its chain; what could be read of it if there are faults. */
  readonly certificates: readonly X509Certificate[];
  /** What is wrong, each as the end of a sentence that begins with the file. */
  readonly faults: readonly string[];
}

const beginLine = /^-----BEGIN (.*)-----\s*$/;
const certificateLabels = ['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE'];

export function parseCertificateChain(file: Uint8Array): CertificateChain {
  // The first byte of a certificate in DER: a sequence. No text begins so.
  if (file[0] === 0x30) {
    return { certificates: [], faults: ['is DER, not PEM: openssl x509 -inform der -in FILE -out FILE.pem turns it'] };
  }
  const lines = Buffer.from(file.buffer, file.byteOffset, file.byteLength).toString('latin1').split('\n');
  const certificates: X509Certificate[] = [];
  const faults: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (!line.startsWith('-----')) continue;
    const [, label] = beginLine.exec(line) ?? [];
    if (label === undefined) {
      faults.push(`has no whole BEGIN line where a block should begin (line ${at + 1})`);
      continue;
    }
    const place = `block ${certificates.length + faults.length + 1} (line ${at + 1})`;
    let end = at + 1;
    while (end < lines.length && !lines[end]?.startsWith('-----')) end += 1;
    if (lines[end]?.trimEnd() !== `-----END ${label}-----`) {
      faults.push(`is cut off: ${place} has no END line`);
      at = lines[end]?.startsWith('-----END') ? end : end - 1;
      continue;
    }
    if (certificateLabels.includes(label)) {
      const body = lines.slice(at + 1, end).join('\n');
      const parsed = parseBlock(body, `${lines.slice(at, end + 1).join('\n')}\n`);
      if (parsed instanceof X509Certificate) certificates.push(parsed);
      else faults.push(`holds no certificate in ${place}: ${parsed}`);
    }
    at = end;
  }
  if (certificates.length === 0 && faults.length === 0) faults.push('holds no certificate in PEM');
  return { certificates, faults };
}

/** The certificate, or why there is none. */
function parseBlock(body: string, pem: string): X509Certificate | string {
  if (body.trim() === '') return 'it is empty';
  try {
    return new X509Certificate(pem);
  } catch (error) {
    return errorText(error);
  }
}
