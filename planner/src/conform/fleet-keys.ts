// The keys and certificates of a conformance run: those of the directory that the user named, or new ones made there.
import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deriveDeviceKey, type Hello, keyId } from '@quietwire/proto';
import { PlannerError } from '../errors.ts';
import { createFleetKeys, keyFileName, parseKey } from '../keys/fleet-keys.ts';
import { writeNewFiles } from '../keys/key-directory.ts';
import {
  createDevelopmentCertificates,
  type DevelopmentCertificate,
  type DevelopmentCertificateOptions,
} from '../keys/system-certificate.ts';

export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface FleetKeysOptions {
  readonly directory: string;
  readonly fleet: string;
  readonly device: string;
  readonly hosts: readonly string[];
  /** First moment of validity of certificates that are made. */
  readonly notBefore: DevelopmentCertificateOptions['notBefore'];
  readonly randomBytes: (size: number) => Uint8Array;
}

const days = 365;
/** The name of the certificate that no device may take. */
const strangeName = 'another-name.invalid';

export class FleetKeys {
  readonly server: ServerCertificate;
  /** By the same authority, for another name; undefined where the user's files have none. */
  readonly otherName: ServerCertificate | undefined;
  /** For the right names, by an authority that nobody knows. */
  readonly otherAuthority: ServerCertificate;
  readonly #groupKeys: ReadonlyMap<string, readonly Uint8Array[]>;

  /** Whether the files were made now. */
  readonly isNew: boolean;

  static async open(options: FleetKeysOptions): Promise<FleetKeys> {
    const { directory } = options;
    const present = new Set(await readdir(directory).catch(() => [] as string[]));
    const isNew = present.size === 0;
    if (isNew) await create(options);
    const read = (name: string) => readText(join(directory, name));
    const names = isNew ? await readdir(directory) : [...present];
    const groupKeys = new Map<string, Uint8Array[]>();
    for (const name of names.sort()) {
      const [, fleet] = /^([a-z0-9-]{1,63})\.(primary|secondary)$/.exec(name) ?? [];
      if (fleet !== undefined)
        groupKeys.set(fleet, [...(groupKeys.get(fleet) ?? []), parseKey(await read(name), join(directory, name))]);
    }
    if (groupKeys.size === 0)
      throw new PlannerError('INVALID_FILE', `${directory} has no FLEET.primary; an empty directory gets one`);
    const server = { cert: await read('cert.pem'), key: await read('key.pem') };
    const hasOther = names.includes('other-cert.pem') && names.includes('other-key.pem');
    const otherName = hasOther ? { cert: await read('other-cert.pem'), key: await read('other-key.pem') } : undefined;
    const { first } = await certificates(options);
    return new FleetKeys({ server, otherName, otherAuthority: first, groupKeys, isNew });
  }

  private constructor(parts: {
    server: ServerCertificate;
    otherName: ServerCertificate | undefined;
    otherAuthority: ServerCertificate;
    groupKeys: ReadonlyMap<string, readonly Uint8Array[]>;
    isNew: boolean;
  }) {
    this.server = parts.server;
    this.otherName = parts.otherName;
    this.otherAuthority = parts.otherAuthority;
    this.#groupKeys = parts.groupKeys;
    this.isNew = parts.isNew;
  }

  /** The leaf, in DER. */
  get certificateDer(): Uint8Array {
    return new X509Certificate(this.server.cert).raw;
  }

  /** The key that HELLO names; of an unknown fleet, or with another key_id, one that fits nobody. */
  deviceKey({ fleet, deviceId, keyId: named }: Pick<Hello, 'fleet' | 'deviceId' | 'keyId'>): Uint8Array {
    const keys = (this.#groupKeys.get(fleet) ?? []).map((group) => deriveDeviceKey(group, deviceId));
    return keys.find((key) => Buffer.compare(keyId(key), named) === 0) ?? new Uint8Array(32);
  }
}

async function create(options: FleetKeysOptions): Promise<void> {
  const { directory, fleet, device, randomBytes } = options;
  const { primary } = createFleetKeys(randomBytes);
  const { first, other } = await certificates(options);
  const deviceKey = deriveDeviceKey(Buffer.from(primary, 'base64'), device);
  await writeNewFiles(directory, {
    [keyFileName('primary', fleet)]: `${primary}\n`,
    'device.key': `${Buffer.from(deviceKey).toString('base64')}\n`,
    'ca.pem': first.ca,
    'cert.pem': first.cert,
    'key.pem': first.key,
    'other-cert.pem': other.cert,
    'other-key.pem': other.key,
  });
}

async function certificates({
  hosts,
  notBefore,
}: FleetKeysOptions): Promise<{ first: DevelopmentCertificate; other: DevelopmentCertificate }> {
  const [first, other] = await createDevelopmentCertificates({ hosts, notBefore, days }, [strangeName]);
  return { first, other };
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new PlannerError('FILE_UNREADABLE', `${path}: ${(cause as Error).message}`, { cause });
  }
}
