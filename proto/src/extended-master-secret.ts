/**
 * Whether a TLS 1.2 handshake used the extended master secret (RFC 7627), which SPEC 2.1 asks of both ends: without it the
 * exporter does not identify the connection. Node does not tell, so OpenSSL's own record of the session is read.
 */

/** `flags` of OpenSSL's SSL_SESSION in DER: context tag 13, constructed, around an INTEGER. */
const flagsTag = 0xad;
/** SSL_SESS_FLAG_EXTMS. */
const extendedMasterSecretFlag = 0x01;

/** @param session what `TLSSocket.getSession()` gives; anything that is no such record counts as without. */
export function usesExtendedMasterSecret(session: Uint8Array | undefined): boolean {
  if (session === undefined) return false;
  const sequence = element(session, 0);
  for (let at = sequence.from; at < sequence.to; ) {
    const { tag, to } = element(session, at);
    if (tag === flagsTag) return ((session[to - 1] ?? 0) & extendedMasterSecretFlag) !== 0;
    at = to;
  }
  return false;
}

/** Tag and extent of the content of the DER element at `at`. */
function element(der: Uint8Array, at: number): { tag: number; from: number; to: number } {
  const first = der[at + 1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let length = lengthBytes === 0 ? first : 0;
  for (let index = 0; index < lengthBytes; index += 1) length = length * 256 + (der[at + 2 + index] ?? 0);
  const from = at + 2 + lengthBytes;
  return { tag: der[at] ?? 0, from, to: Math.min(der.length, from + length) };
}
