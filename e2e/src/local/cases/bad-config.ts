// The e2e case `bad-config`: what a user may get wrong before anything runs. Every fault is listed at once with path, value and
// bound, and the exit status is the contract's (section 2).
import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { parse, stringify } from 'yaml';
import { createDevelopmentCertificate } from '../../../../planner/src/keys/system-certificate.ts';
import { type Case, type CaseOutcome, Faults } from '../../harness/cases.ts';
import {
  badCertificates,
  encryptedKey,
  keyOnTwoLines,
  keysWith,
  smallCertificate,
  unreadableKeys,
} from '../bad/bad-files.ts';
import { SteadyTunnel, steadyPolicy } from '../bad/steady-tunnel.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { programs, Stack } from '../rig/stack.ts';
import { startEcho } from '../rig/tcp-service.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

export const badConfigCase: Case = {
  name: 'bad-config',
  about:
    'faulty policies, keys and certificates, ports in use, wrong flags: every fault listed, the contract’s exit status',
  blocked: () => (existsSync('/usr/bin/openssl') ? undefined : '/usr/bin/openssl missing: apt-get install openssl'),
  waits: true,
  run: () => withWorkplace('bad-config', runBadConfig),
};

interface Attempt {
  readonly name: string;
  readonly program: keyof typeof programs;
  readonly args: readonly string[];
  readonly status: number;
  /** Each must fit a line of stderr; the first fits the first line that is not of the log. */
  readonly says: readonly RegExp[];
}

async function runBadConfig(place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const echo = await startEcho(place);
  const stack = await Stack.start(place, {
    policies: [renderSamplePolicy({ services: [{ name: 'echo', port: echo.port }] }), steadyPolicy(echo)],
  });
  const steady = await SteadyTunnel.start(stack);
  const attempts = [
    ...(await faultyPolicies(stack)),
    ...(await missingKeys(stack)),
    ...(await refusedCertificates(stack)),
    ...(await refusedKeys(stack)),
    ...(await refusedTexts(stack)),
    ...(await acceptedFiles(stack)),
    ...(await takenPorts(stack, steady)),
    ...(await wrongFlags(stack)),
  ];
  for (const attempt of attempts) await expectFailure(place, attempt, faults);
  faults.expect(stack.sidecar.isRunning, `the running sidecar ended: ${stack.sidecar.lastWords}`);
  const figures = { attempts: attempts.length };
  await steady.judge(faults, figures);
  return faults.outcome(figures);
}

async function expectFailure(place: Workplace, attempt: Attempt, faults: Faults): Promise<void> {
  const { name, program, args, status, says } = attempt;
  const outcome = await place.run({ name, file: programs[program], args }, 10_000);
  faults.expect(outcome.status === status, `${name}: ended with ${outcome.status}, not ${status}: ${outcome.said}`);
  const lines = outcome.said.split('\n').filter((line) => !line.startsWith('{')); // without the log
  faults.expect(says[0]?.test(lines[0] ?? '') ?? false, `${name}: begins with "${lines[0]}", expected ${says[0]}`);
  for (const pattern of says) {
    faults.expect(
      lines.some((line) => pattern.test(line)),
      `${name}: no line fits ${pattern}:\n${outcome.said}`,
    );
  }
  const trace = lines.find((line) => /^\s+at .*:\d+/.test(line));
  faults.expect(trace === undefined, `${name}: shows a stack trace: ${trace}`);
}

/** The same three faults by the sidecar and by `quietwire validate`. */
async function faultyPolicies({ place, sidecarArgs }: Stack): Promise<Attempt[]> {
  const policy = parse(renderSamplePolicy({ services: [{ name: 'echo', port: 0 }] })) as {
    spec: Record<string, unknown>;
  };
  Object.assign(policy.spec, { frameSize: 20_000, mode: 'Fast' });
  const file = await place.file('three-faults.yaml', stringify(policy));
  const says = [
    /^error POLICY_INVALID: 3 faults$/,
    /three-faults\.yaml:\d+: spec\.services\[0\]\.port: .*\(got 0, allowed .*1.*65535.*\)$/,
    /three-faults\.yaml:\d+: spec\.frameSize: .*\(got 20000, allowed .*64.*16000.*\)$/,
    /three-faults\.yaml:\d+: spec\.mode: .*\(got "?Fast"?, allowed .*STP.*ILP.*Morphing.*\)$/,
  ];
  return [
    { name: 'validate', program: 'quietwire', args: ['validate', file], status: 3, says },
    {
      name: 'sidecar with a faulty policy',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', `policy.files=${file}`],
      status: 3,
      says,
    },
    {
      name: 'sidecar with a faulty policy, checked only',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', `policy.files=${file}`, '--check-config'],
      status: 3,
      says,
    },
  ];
}

async function missingKeys(stack: Stack): Promise<Attempt[]> {
  const { place, sidecarArgs, keysDir } = stack;
  const empty = place.path('no-keys');
  await stack.quietwire('keys', 'new', '--fleet', 'another', '-o', empty);
  const bad = place.path('bad-keys');
  await stack.quietwire('keys', 'new', '--fleet', 'smart-plug', '-o', bad);
  await writeFile(`${bad}/smart-plug.primary`, 'not base64!\n');
  await writeFile(`${bad}/steady.primary`, await readFile(`${keysDir}/steady.primary`));
  const halfCert = place.path('half-cert');
  await stack.quietwire('keys', 'cert', '--dev', 'localhost', '-o', halfCert);
  await rm(`${halfCert}/key.pem`);
  const agent = await agentArgs(stack, 'keyless');
  const absent = place.path('absent.key');
  return [
    {
      name: 'sidecar without the keys of its fleets',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', `keysDir=${empty}`],
      status: 3,
      says: [
        /^error KEYS_INVALID: 2 faults$/,
        /no-keys\/smart-plug\.primary: the primary key of fleet smart-plug is missing/,
        /no-keys\/steady\.primary: the primary key of fleet steady is missing/,
      ],
    },
    {
      name: 'sidecar with a malformed key',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', `keysDir=${bad}`],
      status: 3,
      says: [/^error KEYS_INVALID: .*bad-keys\/smart-plug\.primary: .*base64/],
    },
    {
      name: 'sidecar without its private key',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', `tls.keyFile=${halfCert}/key.pem`],
      status: 4,
      says: [/^error FILE_UNREADABLE: tls\.keyFile: cannot read .*half-cert\/key\.pem: ENOENT/],
    },
    {
      name: 'agent without its key file',
      program: 'agent',
      args: replaceAfter(agent, '--key', absent),
      status: 4,
      says: [
        /^error FILE_UNREADABLE: device\.keyFile: cannot be read \(got .*absent\.key: no such file, allowed a file\)$/,
      ],
    },
    {
      name: 'derive without the group key',
      program: 'quietwire',
      args: ['keys', 'derive', '--group-key', absent, '--device', 'x'],
      status: 4,
      says: [/^error FILE_UNREADABLE: .*absent\.key/],
    },
  ];
}

/** What OpenSSL would refuse at the start is refused by the check. */
async function refusedCertificates(stack: Stack): Promise<Attempt[]> {
  const { sidecarArgs } = stack;
  const { der, cut, garbled, empty } = await badCertificates(stack);
  const small = await smallCertificate(stack);
  const attempts: [name: string, sets: string[], says: RegExp][] = [
    ['DER', [`tls.certFile=${der}`], /tls\.certFile: .*der\.pem is DER, not PEM/],
    ['a second block cut off', [`tls.certFile=${cut}`], /cut\.pem is cut off: block 2 \(line \d+\) has no END line/],
    ['a garbled second block', [`tls.certFile=${garbled}`], /garbled\.pem holds no certificate in block 2/],
    ['an empty block', [`tls.certFile=${empty}`], /empty\.pem holds no certificate in block 2 .*: it is empty$/],
    [
      'RSA of 1,024 bits',
      [`tls.certFile=${small.cert}`, `tls.keyFile=${small.key}`],
      /tls\.certFile: OpenSSL does not take .*small\.pem: .*key too small/,
    ],
    ['a key of another', [`tls.keyFile=${small.key}`], /small-key\.pem does not belong to the certificate/],
    ['an encrypted key', [`tls.keyFile=${await encryptedKey(stack)}`], /encrypted\.pem is no PEM private key without/],
  ];
  return attempts.flatMap(([name, sets, says]) =>
    [[], ['--check-config']].map((flags) => ({
      name: `sidecar ${flags.join('')} with a certificate: ${name}`,
      program: 'sidecar',
      args: [...sidecarArgs, ...sets.flatMap((set) => ['--set', set]), ...flags],
      status: 3,
      says: [/^error KEYS_INVALID: /, says],
    })),
  );
}

async function refusedKeys(stack: Stack): Promise<Attempt[]> {
  const { sidecarArgs } = stack;
  const unreadable = await unreadableKeys(stack);
  const listed = await keysWith(stack, 'bad-list', { 'steady.revoked': 'plug-1\nplug 2\n' });
  return [
    {
      name: 'sidecar with a key that cannot be read',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', `keysDir=${unreadable}`],
      status: 4,
      says: [/^error FILE_UNREADABLE: .*steady\.secondary: the secondary key of fleet steady cannot be read: /],
    },
    {
      name: 'sidecar with a list of revoked devices that names what is no id',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', `keysDir=${listed}`],
      status: 3,
      says: [/^error KEYS_INVALID: .*steady\.revoked: .* is not taken: line 2 is no device id$/],
    },
  ];
}

/** Policies that once stopped the process, or ended it as its own fault. */
async function refusedTexts(stack: Stack): Promise<Attempt[]> {
  const { place, sidecarArgs } = stack;
  const unknown = Array.from({ length: 9000 }, (_, index) => `  ${index.toString(36)}:`).join('\n');
  const texts: [file: string, text: string, says: RegExp][] = [
    ['self.yaml', 'kind: ShapingPolicy\nspec: &s { fleet: *s }\n', /self\.yaml:2: spec\.fleet: is an alias of what/],
    ['unknown.yaml', `kind: ShapingPolicy\nspec:\n${unknown}\n`, /unknown\.yaml:3: has too many keys in one mapping/],
    ['deep.yaml', '['.repeat(20_000), /deep\.yaml:1: is nested too deeply/],
  ];
  const attempts: Attempt[] = [];
  for (const [file, text, says] of texts) {
    const path = await place.file(file, text);
    const invalid = [/^error POLICY_INVALID: /, says];
    const sidecar = [...sidecarArgs, '--set', `policy.files=${path}`, '--check-config'];
    attempts.push({ name: `sidecar with ${file}`, program: 'sidecar', args: sidecar, status: 3, says: invalid });
    attempts.push({
      name: `validate ${file}`,
      program: 'quietwire',
      args: ['validate', path],
      status: 3,
      says: invalid,
    });
  }
  return attempts;
}

/** What is no fault, and is said or not said all the same. */
async function acceptedFiles(stack: Stack): Promise<Attempt[]> {
  const { place, sidecarArgs } = stack;
  const keys = await keysWith(stack, 'two-lines', { 'steady.secondary': keyOnTwoLines() });
  const valid = /is valid, and so are its policies, keys and certificate$/;
  const old = await createDevelopmentCertificate({ hosts: [], notBefore: new Date(Date.UTC(2020, 0, 1)), days: 30 });
  const tls = [
    `tls.certFile=${await place.file('old.pem', old.cert)}`,
    `tls.keyFile=${await place.file('old-key.pem', old.key)}`,
  ];
  return [
    {
      name: 'a key on two lines',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', `keysDir=${keys}`, '--check-config'],
      status: 0,
      says: [valid],
    },
    {
      name: 'an expired certificate',
      program: 'sidecar',
      args: [...sidecarArgs, ...tls.flatMap((set) => ['--set', set]), '--check-config'],
      status: 0,
      says: [
        /^warning: tls\.certFile: .*old\.pem: the certificate CN=localhost.* expired at Jan 31 00:00:00 2020 GMT: /,
        valid,
      ],
    },
  ];
}

/** The ports of the sidecar, the agent and the tap that run. */
async function takenPorts(stack: Stack, steady: SteadyTunnel): Promise<Attempt[]> {
  const { ports, sidecarArgs } = stack;
  const taken = steady.agent.port('echo');
  const agent = await agentArgs(stack, 'second');
  return [
    {
      name: 'a second sidecar on the admin port',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', 'listen.address=127.0.0.1:0'],
      status: 4,
      says: [unavailable(ports.admin, 'admin\\.address')],
    },
    {
      name: 'a second sidecar on the port for devices',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', 'admin.address=127.0.0.1:0'],
      status: 4,
      says: [unavailable(ports.sidecar, 'listen\\.address')],
    },
    {
      name: 'an agent whose local port and admin port are taken',
      program: 'agent',
      args: [
        ...replaceAfter(agent, '--forward', `echo=127.0.0.1:${taken}`),
        '--set',
        `admin.address=127.0.0.1:${ports.admin}`,
      ],
      status: 4,
      says: [
        /^error ADDRESS_UNAVAILABLE: 2 faults$/,
        new RegExp(`^cannot listen on 127\\.0\\.0\\.1:${taken} \\(forward echo=.*\\): the port is taken$`),
        new RegExp(`^cannot listen on 127\\.0\\.0\\.1:${ports.admin} \\(admin\\.address\\): the port is taken$`),
      ],
    },
    {
      name: 'a tap on a port that is taken',
      program: 'quietwire',
      args: ['tap', '--listen', `127.0.0.1:${ports.sidecar}`, '--to', '127.0.0.1:9', '-o', '-'],
      status: 4,
      says: [new RegExp(`^error ADDRESS_UNAVAILABLE: 127\\.0\\.0\\.1:${ports.sidecar} is taken$`)],
    },
  ];
}

function unavailable(port: number, key: string): RegExp {
  return new RegExp(
    `^error ADDRESS_UNAVAILABLE: cannot listen on 127\\.0\\.0\\.1:${port} \\(${key}\\): .*(taken|in use)`,
  );
}

async function wrongFlags(stack: Stack): Promise<Attempt[]> {
  const { sidecarArgs, place } = stack;
  const agent = await agentArgs(stack, 'third');
  return [
    { name: 'sidecar without --config', program: 'sidecar', args: ['run'], status: 2, says: [/--config/] },
    {
      name: 'agent with an unknown flag',
      program: 'agent',
      args: ['run', '--sever', 'x'],
      status: 2,
      says: [/--sever/],
    },
    { name: 'an unknown command', program: 'quietwire', args: ['tapp'], status: 2, says: [/tapp/] },
    {
      name: 'sidecar whose configuration is not there',
      program: 'sidecar',
      args: ['run', '--config', place.path('absent.yaml')],
      status: 4,
      says: [/^error FILE_UNREADABLE: --config .*absent\.yaml: /],
    },
    {
      name: 'sidecar with an unknown key and a value out of bounds',
      program: 'sidecar',
      args: [...sidecarArgs, '--set', 'limit.tunnels=5', '--set', 'limits.tunnels=0'],
      status: 3,
      says: [
        /^error CONFIG_INVALID: 2 faults$/,
        /limit\.tunnels: is unknown \(got "?5"?, allowed .*limits\.tunnels/,
        /limits\.tunnels: .*\(got 0, allowed .*1.*100000.*\)$/,
      ],
    },
    {
      name: 'agent with a duration without a unit and a forward of the wrong form',
      program: 'agent',
      args: [...replaceAfter(agent, '--forward', 'echo'), '--set', 'backoff.min=5'],
      status: 3,
      says: [/^error CONFIG_INVALID: /, /backoff\.min: .*\(got "?5"?, allowed /],
    },
  ];
}

/** The arguments of an agent that could run. */
async function agentArgs(stack: Stack, device: string): Promise<string[]> {
  const { child, args } = await stack.launchAgent({ device, services: ['echo'] });
  child.kill();
  await child.exited;
  return [...args];
}

function replaceAfter(args: readonly string[], flag: string, value: string): string[] {
  return args.map((argument, at) => (args[at - 1] === flag ? value : argument));
}
