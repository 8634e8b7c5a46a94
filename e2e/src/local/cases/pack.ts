// The e2e case `pack`: `npm pack` of @quietwire/device, installed by npm in a folder of its own with nothing but the registry,
// types checked there, then used there as a library and as `quietwire-agent`, against a real sidecar. And the built sidecar reloads.
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Case, type CaseOutcome, Faults } from '../../harness/cases.ts';
import { findFreePorts } from '../../harness/free-port.ts';
import { startDigestServer } from '../http/digest-server.ts';
import { waitForLog } from '../rig/log-lines.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { ready, Stack } from '../rig/stack.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const device = 'packed';
const answerBytes = 2000;
/** A registry may be slow. */
const timeoutMs = 120_000;

/** As a user's program; it also has to pass the type checker against the package's declarations. */
const program = `
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { connect, type Tunnel } from '@quietwire/device';

const [server = '', ca = '', fleet = '', key = ''] = process.argv.slice(2);
const common = { server, ca: readFileSync(ca), fleet, device: '${device}' };
const wrong: unknown = await connect({ ...common, key: Buffer.alloc(32) }).catch((error: unknown) => error);
const { code, reason } = wrong as { code?: string; reason?: string };
const tunnel: Tunnel = await connect({ ...common, key: readFileSync(key, 'utf8') });
const createConnection = () => tunnel.open('api');
get({ path: '/?bytes=${answerBytes}', host: 'api', createConnection }, (response) => {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  response.on('end', () => {
    tunnel.close().then(() => console.log(code, reason, response.statusCode, bytes));
  });
});
`;

export const packCase: Case = {
  name: 'pack',
  about: 'the packed @quietwire/device, installed elsewhere: types, library and quietwire-agent against a real sidecar',
  waits: true,
  run: () => runPackCase(),
};

export function runPackCase(): Promise<CaseOutcome> {
  return withWorkplace('pack', runPack);
}

async function runPack(place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const api = await startDigestServer(place);
  const service = { name: 'api', port: api.port, proxyProtocol: 'None' as const };
  const installing = install(place);
  installing.catch(() => {});
  const stack = await Stack.start(place, { policies: [renderSamplePolicy({ services: [service] })] });
  const installed = await installing;
  const key = await stack.deriveKey('smart-plug', device);
  const server = `localhost:${stack.ports.sidecar}`;

  const compiled = await compile(place);
  const printed = await finish(place, process.execPath, [compiled, server, stack.caFile, 'smart-plug', key]);
  faults.expect(printed === `REFUSED AUTHENTICATION 200 ${answerBytes}\n`, `the library printed ${printed}`);

  const binary = place.path('node_modules', '.bin', 'quietwire-agent');
  const help = await finish(place, process.execPath, [binary, '--help']);
  faults.expect(help.includes('Usage: quietwire-agent'), `quietwire-agent --help printed ${help}`);
  const [port = 0, adminPort = 0] = await findFreePorts(2);
  const identity = [
    '--server',
    server,
    '--ca',
    stack.caFile,
    '--fleet',
    'smart-plug',
    '--device',
    device,
    '--key',
    key,
  ];
  const ports = ['--forward', `api=127.0.0.1:${port}`, '--set', `admin.address=127.0.0.1:${adminPort}`];
  const agent = place.start({
    name: 'the packed agent',
    command: process.execPath,
    args: [binary, 'run', ...identity, ...ports],
  });
  await ready(`http://127.0.0.1:${adminPort}/readyz`, agent);
  const { length } = await (await fetch(`http://127.0.0.1:${port}/?bytes=${answerBytes}`)).text();
  faults.expect(length === answerBytes, `through the agent came ${length} bytes, expected ${answerBytes}`);
  agent.signal('SIGTERM');
  const status = await agent.exitsWithin(30_000);
  faults.expect(status === 0, `the agent ended with status ${status}: ${agent.lastWords}`);
  await reloadPackedSidecar(place, stack, faults);
  return faults.outcome({ packages: installed });
}

/** The thread that a reload reads on is a file of its own in the package too. */
async function reloadPackedSidecar(place: Workplace, { sidecarArgs }: Stack, faults: Faults): Promise<void> {
  await finish(place, 'npm', ['--prefix', root, 'run', '--silent', 'build', '--', 'sidecar']);
  const main = join(root, 'sidecar', 'dist', 'main.js');
  const ports = ['listen.address=127.0.0.1:0', 'admin.address=127.0.0.1:0'].flatMap((text) => ['--set', text]);
  const sidecar = place.start({
    name: 'the packed sidecar',
    command: process.execPath,
    args: [main, ...sidecarArgs, ...ports],
  });
  await waitForLog(sidecar, 'STARTED', /devices on/);
  sidecar.signal('SIGHUP');
  await waitForLog(sidecar, 'RELOADED', /1 policies/).catch((error: Error) => faults.expect(false, error.message));
  sidecar.signal('SIGTERM');
  const status = await sidecar.exitsWithin(30_000);
  faults.expect(status === 0, `the packed sidecar ended with status ${status}: ${sidecar.lastWords}`);
}

/** Packs the package and installs it in the workplace. @returns how many packages npm installed. */
async function install(place: Workplace): Promise<number> {
  await place.file('package.json', '{ "type": "module", "private": true }\n');
  const packing = ['--prefix', root, 'pack', '--silent', '-w', '@quietwire/device', '--pack-destination'];
  await finish(place, 'npm', [...packing, place.directory]);
  const tarball = (await readdir(place.directory)).find((name) => name.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack wrote no tarball');
  await finish(place, 'npm', ['--prefix', place.directory, 'install', '--no-audit', '--no-fund', place.path(tarball)]);
  const lock = JSON.parse(await readFile(place.path('package-lock.json'), 'utf8')) as { packages: object };
  return Object.keys(lock.packages).length - 1;
}

/** Checks the program's types against the installed declarations. @returns the path of its JavaScript. */
async function compile(place: Workplace): Promise<string> {
  const source = await place.file('program.ts', program);
  const modules = join(root, 'node_modules');
  await finish(place, process.execPath, [
    join(modules, '.bin', 'tsc'),
    ...['--strict', '--target', 'es2024', '--module', 'nodenext', '--skipLibCheck', 'false', '--ignoreConfig'],
    ...['--types', 'node', '--typeRoots', join(modules, '@types')],
    ...['--rootDir', place.directory, '--outDir', place.path('out'), source],
  ]);
  return place.path('out', 'program.js');
}

/** Runs a program to its end and returns what it printed. Rejects if it fails. */
async function finish(place: Workplace, command: string, args: readonly string[]): Promise<string> {
  const name = basename(command === process.execPath ? (args[0] ?? '') : command);
  const { status, output, said } = await place.run({ name, command, args }, timeoutMs);
  if (status !== 0) throw new Error(`${name} ended with status ${status}\n${output}${said}`);
  return output;
}
