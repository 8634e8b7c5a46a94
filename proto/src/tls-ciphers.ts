/**
 * The cipher suites that both ends allow, in OpenSSL's words (SPEC 2.1): forward secrecy and AEAD only. A CBC suite would pad
 * records to other sizes. The names of TLS 1.3 suites come first and keep Node's order.
 */
export const tlsCiphers: string = [
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'TLS_AES_128_GCM_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');
