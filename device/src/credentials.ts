// The device key and the certificate authority, from the texts that users give. Reads no files.
import { X509Certificate } from 'node:crypto';
import { DeviceError } from './errors.ts';

/** Bytes of a device key (SPEC 5.8): HMAC-SHA256 of the group key. */
const keyBytes = 32;

export interface Credentials {
  /** Certificates in PEM that may have signed the server's. */
  readonly ca: string;
  /** 32 bytes. */
  readonly key: Uint8Array;
}

/** @throws DeviceError KEYS_INVALID; the message names `source` and never the key. */
export function parseDeviceKey(value: string | Uint8Array, source: string): Uint8Array {
  const bytes = typeof value === 'string' ? fromBase64(value) : value;
  if (bytes?.length === keyBytes) return bytes;
  const got = bytes === undefined ? 'a text that is no base64' : `${bytes.length} bytes`;
  throw new DeviceError(
    'KEYS_INVALID',
    `${source}: is no device key (got ${got}, allowed ${keyBytes} bytes in base64, as \`quietwire keys derive\` prints)`,
  );
}

/** @throws DeviceError KEYS_INVALID unless the text holds certificates in PEM: Node itself takes anything. */
export function parseCa(value: string | Uint8Array, source: string): string {
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('latin1');
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g) ?? [];
  const begun = text.match(/-----BEGIN /g)?.length ?? 0;
  if (begun > blocks.length) {
    const told = `${source}: a block is cut off, or is no certificate (got ${blocks.length} whole of ${begun}, allowed certificates in PEM)`;
    throw new DeviceError('KEYS_INVALID', told);
  }
  try {
    for (const block of blocks) new X509Certificate(block);
    if (blocks.length > 0) return blocks.join('\n');
  } catch (cause) {
    throw new DeviceError('KEYS_INVALID', `${source}: has a certificate that cannot be read (allowed PEM)`, { cause });
  }
  throw new DeviceError('KEYS_INVALID', `${source}: holds no certificate (allowed one or more in PEM)`);
}

/** Tools break lines after 64 or 76 characters. */
function fromBase64(value: string): Uint8Array | undefined {
  const text = value.trim().replaceAll(/\r?\n/g, '');
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
