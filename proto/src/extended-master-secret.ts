// Whether a TLS 1.2 handshake used the extended master secret (RFC 7627), which SPEC 2.1 asks of both ends: without it the
// exporter does not identify the connection. Node does not tell, so OpenSSL's own record of the session is read.

const sequenceTag = 0x30;
/** `flags` of OpenSSL's SSL_SESSION in DER: context tag 13, constructed, around an INTEGER. */
const flagsTag = 0xad;
/** SSL_SESS_FLAG_EXTMS. */
const extendedMasterSecretFlag = 0x01;

/** @param session what `TLSSocket.getSession()` gives; anything that holds no such record counts as without. */
export function usesExtendedMasterSecret(session: Uint8Array | undefined): boolean {
  if (session === undefined) return false;
  const { from, to } = record(session);
  for (let at = from; at < to; ) {
    const field = element(session, at);
    if (field.tag === flagsTag) return ((session[Math.min(field.to, to) - 1] ?? 0) & extendedMasterSecretFlag) !== 0;
    at = field.to;
  }
  return false;
}

/** The content of the record, which ends where the session does: at clients newer versions of Node put words of their own before it. */
function record(session: Uint8Array): { from: number; to: number } {
  for (let at = 0; at < session.length; at += 1) {
    const { tag, from, to } = element(session, at);
    if (tag === sequenceTag && to === session.length) return { from, to };
  }
  return { from: 0, to: 0 };
}

/** Tag and extent of the content of the DER element at `at`. */
function element(der: Uint8Array, at: number): { tag: number; from: number; to: number } {
  const first = der[at + 1] ?? 0;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  let length = lengthBytes === 0 ? first : 0;
  for (let index = 0; index < lengthBytes; index += 1) length = length * 256 + (der[at + 2 + index] ?? 0);
  const from = at + 2 + lengthBytes;
  return { tag: der[at] ?? 0, from, to: from + length };
}
