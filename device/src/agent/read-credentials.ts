// Reads the files that the configuration names: the device key and the certificate authority.
import { readFile } from 'node:fs/promises';
import { type Credentials, parseCa, parseDeviceKey } from '../credentials.ts';
import { DeviceError } from '../errors.ts';
import type { AgentConfig } from './config-schema.ts';

/** @throws (rejects) DeviceError KEYS_INVALID with a line for each file that is missing or malformed. */
export async function readCredentials({ tls, device }: AgentConfig): Promise<Credentials> {
  const faults: string[] = [];
  const read = async <Value>(key: string, path: string, parse: (text: string, source: string) => Value) => {
    try {
      return parse(await text(key, path), `${key} ${path}`);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      faults.push(error.message);
      return undefined;
    }
  };
  const ca = await read('tls.caFile', tls.caFile, parseCa);
  const key = await read('device.keyFile', device.keyFile, parseDeviceKey);
  if (ca === undefined || key === undefined) throw new DeviceError('KEYS_INVALID', faults.join('\n'));
  return { ca, key };
}

async function text(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no such file' : message;
    throw new DeviceError('KEYS_INVALID', `${key}: cannot be read (got ${path}: ${reason}, allowed a file)`, { cause });
  }
}
