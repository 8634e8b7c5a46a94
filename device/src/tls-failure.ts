// Why a TLS connection did not come to stand, sorted into our codes: OpenSSL's and Node's own are many and change.
import type { TLSSocket } from 'node:tls';
import { DeviceError } from './errors.ts';

/** The error for a socket that closed before its handshake was over; `cause` is what it emitted, if anything. */
export function tlsFailure(socket: TLSSocket, server: string, cause: Error | undefined): DeviceError {
  if (cause instanceof DeviceError) return cause;
  const { code = '', reason } = (cause ?? {}) as { code?: string; reason?: string };
  if (socket.authorizationError) {
    const text = (cause?.message ?? String(socket.authorizationError)).split(';')[0];
    const told = `the certificate of ${server} is not trusted: ${text} (${code})`;
    return new DeviceError('CERTIFICATE', told, { cause, unproven: true });
  }
  if (code === 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL')
    return new DeviceError('ALPN', noSidecar(server), { cause, unproven: true });
  if (code === 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION' || code === 'ERR_SSL_UNSUPPORTED_PROTOCOL')
    return new DeviceError('TLS_VERSION', `${server} shares no TLS version with this device`, {
      cause,
      unproven: true,
    });
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') {
    const told = `${server} does not answer as a TLS server: ${reason ?? code}; a captive portal or a proxy does that`;
    return new DeviceError('TLS_FAILED', told, { cause, unproven: true });
  }
  const text = cause === undefined ? 'it closed the connection' : cause.message || code;
  return new DeviceError('UNREACHABLE', `${server} cannot be reached: ${text}`, { cause });
}

/** The server, whose certificate is good, chose no protocol, or another one. */
export function alpnFailure(server: string): DeviceError {
  return new DeviceError('ALPN', noSidecar(server));
}

function noSidecar(server: string): string {
  return `${server} does not speak quietwire/1: it is no sidecar, or TLS ends before it`;
}

/** TLS 1.2 whose exporter would identify no connection. */
export function masterSecretFailure(server: string): DeviceError {
  return new DeviceError('TLS_VERSION', `${server} speaks TLS 1.2 without extended master secret; TLS 1.3 needs none`);
}
