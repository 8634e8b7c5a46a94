/**
 * Numbers of the PROXY protocol, version 2 (HAProxy, doc/proxy-protocol.txt, section 2.2), shared by the encoder of
 * outgoing and the decoder of incoming headers. No logic.
 */

/** The 12 bytes that open every header. */
export const proxySignature = Uint8Array.of(0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a);
/** Signature, version and command, family and protocol, length of what follows. */
export const proxyPrefixBytes = 16;

export const proxyCommand = { local: 0x20, proxy: 0x21 } as const;
export const proxyFamily = { tcp4: 0x11, tcp6: 0x21 } as const;
/** Two addresses and two ports. */
export const proxyAddressBytes = { tcp4: 12, tcp6: 36 } as const;

/** `fleet` is of the range for custom types (PP2_TYPE_MIN_CUSTOM). */
export const proxyTlv = { alpn: 0x01, ssl: 0x20, sslVersion: 0x21, sslCommonName: 0x22, fleet: 0xe0 } as const;
/** PP2_CLIENT_SSL, PP2_CLIENT_CERT_CONN, PP2_CLIENT_CERT_SESS. */
export const proxyClientFlags = 0x07;
