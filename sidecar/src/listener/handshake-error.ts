/**
 * Failed handshakes sorted into few kinds: `error.type` of `quietwire.tls.handshake.duration`. A peer chooses what it sends,
 * so its errors must not become labels without bound.
 */
import { systemCode } from '../errors.ts';

const kinds: Readonly<Record<string, string>> = {
  ERR_SSL_NO_APPLICATION_PROTOCOL: 'no_application_protocol',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'protocol_version',
  ERR_SSL_NO_SHARED_CIPHER: 'no_shared_cipher',
  ERR_SSL_HTTP_REQUEST: 'not_tls',
  ERR_SSL_HTTPS_PROXY_REQUEST: 'not_tls',
  ERR_SSL_WRONG_VERSION_NUMBER: 'not_tls',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
};

/** The kind of a TLS server's `tlsClientError`. */
export function handshakeErrorType(error: Error): string {
  const code = systemCode(error) ?? '';
  const known = kinds[code];
  if (known !== undefined) return known;
  // The client's own alert: it does not trust the certificate, or knows no such certificate authority.
  if (/_ALERT_/.test(code)) return 'client_alert';
  return code.startsWith('ERR_SSL_') ? 'tls' : '_OTHER';
}
