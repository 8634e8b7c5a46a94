// `quietwire keys new|derive|secret|cert`: flags and output. Key formats are in ../keys.

import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { createFleetKeys, keyFileName, parseKey, secretSlots } from '../keys/fleet-keys.ts';
import { readFleetFiles, writeNewFile, writeNewFiles } from '../keys/key-directory.ts';
import { createSecretManifest, renderSecretManifest } from '../keys/secret-manifest.ts';
import {
  collect,
  parseDeviceId,
  parseFleet,
  parseHost,
  parseNamespace,
  parseObjectName,
  parseWhole,
} from './arguments.ts';
import type { CliSession } from './session.ts';

const defaultDays = 365;

export function addKeysCommand(program: Command, session: CliSession): void {
  const keys = program
    .command('keys')
    .summary('make group keys, device keys, Secrets and development certificates')
    .description('Make and hand out the keys of a fleet. Keys are drawn from the system, never from --seed.')
    .helpCommand(false);
  addNew(keys, session);
  addDerive(keys, session);
  addSecret(keys, session);
  addCert(keys, session);
}

function addNew(keys: Command, session: CliSession): void {
  keys
    .command('new')
    .summary('new group keys of a fleet')
    .usage('-o DIR [--fleet NAME]')
    .description(
      "Draw the secrets of a fleet: a primary and a secondary group key, and the seed of its cover's personas. " +
        'Each is a file of 32 bytes in base64 with mode 0600; existing files are never overwritten.',
    )
    .requiredOption('-o, --output <dir>', 'directory for the files, made if missing; - prints the keys to stdout')
    .option('--fleet <name>', 'name the files FLEET.primary and so on, as the sidecar expects them', parseFleet)
    .addHelpText('after', '\nExample:\n  quietwire keys new --fleet smart-plug -o keys/')
    .action(async ({ output, fleet }: { output: string; fleet?: string }) => {
      const secrets = createFleetKeys(randomBytes);
      const named = Object.fromEntries(secretSlots.map((slot) => [keyFileName(slot, fleet), secrets[slot]]));
      if (output === '-') {
        const lines = Object.entries(named).map(([name, key]) => `${name} ${key}\n`);
        if (session.flags.json) session.printJson(named);
        else session.print(lines.join(''));
        return;
      }
      const files = Object.fromEntries(Object.entries(named).map(([name, key]) => [name, `${key}\n`]));
      printPaths(await writeNewFiles(output, files), session);
    });
}

function addDerive(keys: Command, session: CliSession): void {
  keys
    .command('derive')
    .summary("a device's key from the group key")
    .usage('--group-key FILE --device ID [-o FILE]')
    .description(
      'Print the key of one device in base64: HMAC-SHA256 of its id under the group key. Give a device this key alone. ' +
        'With -o it is written to a new file that only its owner may read.',
    )
    .requiredOption('--group-key <file>', 'file of the group key; - is stdin')
    .requiredOption('--device <id>', 'id of the device', parseDeviceId)
    .option('-o, --output <file>', 'file for the key, made with mode 0600; an existing file is never overwritten')
    .addHelpText(
      'after',
      '\nExample:\n  quietwire keys derive --group-key keys/smart-plug.primary --device plug-0017 -o plug-0017.key',
    )
    .action(async ({ groupKey, device, output }: { groupKey: string; device: string; output?: string }) => {
      const { deriveDeviceKey } = await import('@quietwire/proto');
      const source = groupKey === '-' ? 'stdin' : groupKey;
      const group = parseKey((await session.read(groupKey)).toString('latin1'), source);
      const deviceKey = Buffer.from(deriveDeviceKey(group, device)).toString('base64');
      if (output !== undefined) {
        await writeNewFile(output, `${deviceKey}\n`);
        printPaths([output], session);
      } else if (session.flags.json) session.printJson({ device, deviceKey });
      else session.print(`${deviceKey}\n`);
    });
}

function addSecret(keys: Command, session: CliSession): void {
  keys
    .command('secret')
    .summary('a Kubernetes Secret of the keys in a directory')
    .usage('--name NAME --namespace NAMESPACE --fleet NAME [--fleet NAME]… DIR')
    .description(
      "Print the Kubernetes Secret that holds the keys of a workload's fleets, for the annotation " +
        'quietwire.dev/keys-secret. A workload has one Secret: name all its fleets.',
    )
    .argument(
      '<dir>',
      'directory with FLEET.primary, .secondary, .personas and .revoked (for one fleet also without FLEET)',
    )
    .requiredOption('--name <name>', 'name of the Secret', parseObjectName)
    .requiredOption('--namespace <namespace>', 'namespace of the Secret', parseNamespace)
    .requiredOption('--fleet <name>', 'fleet whose keys it holds (repeatable)', collect(parseFleet))
    .addHelpText(
      'after',
      '\nExample:\n  quietwire keys secret --name plug-keys --namespace iot --fleet smart-plug keys/',
    )
    .action(async (directory: string, flags: { name: string; namespace: string; fleet: string[] }) => {
      const fleets = new Map<string, Awaited<ReturnType<typeof readFleetFiles>>>();
      const bare = flags.fleet.length === 1; // files without a fleet's name must not become the keys of several
      for (const fleet of flags.fleet) fleets.set(fleet, await readFleetFiles(directory, fleet, bare));
      const manifest = createSecretManifest(flags.name, flags.namespace, fleets);
      if (session.flags.json) session.printJson(manifest);
      else session.print(renderSecretManifest(manifest));
    });
}

function addCert(keys: Command, session: CliSession): void {
  keys
    .command('cert')
    .summary('a server certificate for development')
    .usage('--dev HOST [--dev HOST]… -o DIR [--days N]')
    .description(
      'Write a certificate for development, not for production: ca.pem for the agents, cert.pem and key.pem for the ' +
        "sidecar (ECDSA P-256). The authority's own key is not kept. localhost and the loopback addresses are always " +
        'included. Existing files are never overwritten.',
    )
    .requiredOption('--dev <host>', 'host name or address of the sidecar (repeatable)', collect(parseHost))
    .requiredOption('-o, --output <dir>', 'directory for the three files, made if missing')
    .option('--days <n>', 'days of validity', parseWhole(1, 3650), defaultDays)
    .addHelpText('after', '\nExample:\n  quietwire keys cert --dev sidecar.test -o tls/')
    .action(async ({ dev, output, days }: { dev: string[]; output: string; days: number }) => {
      const { createDevelopmentCertificate } = await import('../keys/system-certificate.ts');
      const hourMs = 3_600_000; // for clocks that are a little behind
      const notBefore = new Date(Date.now() - hourMs);
      const { ca, cert, key } = await createDevelopmentCertificate({ hosts: dev, notBefore, days });
      const files = { 'ca.pem': ca, 'cert.pem': cert, 'key.pem': key };
      printPaths(await writeNewFiles(output, files), session);
    });
}

function printPaths(paths: readonly string[], session: CliSession): void {
  if (session.flags.json) session.printJson({ files: paths });
  else session.print(paths.map((path) => `${path}\n`).join(''));
}
