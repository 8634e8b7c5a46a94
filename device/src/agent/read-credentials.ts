// Reads the files that the configuration names: the device key and the certificate authority.
import { readFile } from 'node:fs/promises';
import { type Credentials, parseCa, parseDeviceKey } from '../credentials.ts';
import { DeviceError } from '../errors.ts';
import type { AgentConfig } from './config-schema.ts';

/**
 * @throws (rejects) DeviceError with a line for each file: FILE_UNREADABLE if none is worse than that, else KEYS_INVALID.
 */
export async function readCredentials({ tls, device }: AgentConfig): Promise<Credentials> {
  const faults: DeviceError[] = [];
  const read = async <Value>(key: string, path: string, parse: (text: string, source: string) => Value) => {
    try {
      return parse(await text(key, path), `${key} ${path}`);
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      faults.push(error);
      return undefined;
    }
  };
  const ca = await read('tls.caFile', tls.caFile, parseCa);
  const key = await read('device.keyFile', device.keyFile, parseDeviceKey);
  if (ca !== undefined && key !== undefined) return { ca, key };
  const unreadable = faults.every(({ code }) => code === 'FILE_UNREADABLE');
  const lines = faults.map(({ message }) => message).join('\n');
  throw new DeviceError(unreadable ? 'FILE_UNREADABLE' : 'KEYS_INVALID', lines);
}

async function text(key: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'no such file' : message;
    throw new DeviceError('FILE_UNREADABLE', `${key}: cannot be read (got ${path}: ${reason}, allowed a file)`, {
      cause,
    });
  }
}
