// `quietwire conform --listen`: flags, the lines and the exit status. The scripted cloud is in ../conform.
import type { Command } from 'commander';
import { InvalidArgumentError } from 'commander';
import {
  collect,
  type HostPort,
  parseDeviceId,
  parseFleet,
  parseHost,
  parseHostPort,
  parseWhole,
} from './arguments.ts';
import type { CliSession } from './session.ts';

interface ConformFlags {
  readonly listen?: HostPort;
  readonly keys: string;
  readonly profile: 'minimal' | 'full';
  readonly fleet: string;
  readonly device: string;
  readonly host: string[];
  readonly only?: string[];
  readonly backoffMin: number;
  readonly backoffMax: number;
  readonly tolerance: number;
  readonly list?: boolean;
}

const details = `
Each connection of the device meets one scenario; then it must wait and come back.
stdout has one line per MUST of proto/SPEC.md, stderr the progress:
  ok §5.5 ends the connection when the cloud’s proof is wrong
  not ok §2.5 one frame, one TLS record, nothing else written: 12 frames in 24 records
  -- §5.8 keys are erased …: not observable (inside the device)

A program on the device should open a stream to any service whenever the tunnel
stands, send 8,000 bytes and read: without it the lines on streams say --.

Example:
  quietwire conform --listen 0.0.0.0:7443 --host cloud.test --keys conform/`;

export function addConformCommand(program: Command, session: CliSession): void {
  program
    .command('conform')
    .summary("test a device's end against a cloud that misbehaves on purpose")
    .usage('--listen HOST:PORT [--profile minimal|full] [--keys DIR] [--only NAME]…')
    .description(
      'Play the cloud for a device under test, badly on purpose, and say per MUST of the protocol whether the device ' +
        'did as told. Any `not ok` ends it with status 1.',
    )
    .option('--listen <host:port>', 'address to take connections on; port 0 takes a free one', parseHostPort)
    .option(
      '--keys <dir>',
      'FLEET.primary, cert.pem and key.pem; made for development where it is empty',
      'conform-keys',
    )
    .option('--profile <name>', 'minimal or full', parseProfile, 'minimal')
    .option('--fleet <name>', 'fleet of the keys that are made', parseFleet, 'conform')
    .option('--device <id>', 'device of the key that is made', parseDeviceId, 'device-1')
    .option('--host <host>', 'name or address in the certificate that is made (repeatable)', collect(parseHost), [])
    .option('--only <name>', 'one scenario (repeatable); a good session comes first all the same', collect(String))
    .option('--backoff-min <ms>', "the device's longest first wait", parseWhole(1, 3_600_000), 1000)
    .option('--backoff-max <ms>', "the device's longest wait", parseWhole(1, 86_400_000), 300_000)
    .option('--tolerance <ms>', 'how far a slot may be off', parseWhole(1, 1000), 20)
    .option('--list', 'list the scenarios')
    .addHelpText('after', details)
    .action((flags: ConformFlags, command: Command) => runConform(flags, command, session));
}

function parseProfile(text: string): string {
  if (text !== 'minimal' && text !== 'full') throw new InvalidArgumentError('Allowed: minimal, full.');
  return text;
}

async function runConform(flags: ConformFlags, command: Command, session: CliSession): Promise<void> {
  const [{ scenariosOf }, { ConformRun }, { FleetKeys }, { systemConformClock }, { renderLine }, { expectedMinutes }] =
    await Promise.all([
      import('../conform/scenarios/all-scenarios.ts'),
      import('../conform/conform-run.ts'),
      import('../conform/fleet-keys.ts'),
      import('../conform/system-conform-clock.ts'),
      import('../conform/verdicts.ts'),
      import('../conform/expected-time.ts'),
    ]);
  const all = scenariosOf(flags.profile);
  if (flags.list) {
    for (const { name, about } of all) session.print(`${name.padEnd(40)} ${about}\n`);
    return;
  }
  if (flags.listen === undefined) command.error("error: required option '--listen <host:port>' not specified");
  const { host, port } = flags.listen as HostPort;
  const unknown = flags.only?.find((name) => !all.some((scenario) => scenario.name === name));
  if (unknown !== undefined) command.error(`error: no scenario '${unknown}'; --list names them`);
  const scenarios = all.filter(({ name }) => name === 'good' || !flags.only || flags.only.includes(name));

  const clock = systemConformClock;
  const { randomBytes } = clock;
  const { keys: directory, fleet, device, host: hosts } = flags;
  const hourMs = 3_600_000; // for clocks that are a little behind
  const notBefore = new Date(Date.now() - hourMs);
  const keys = await FleetKeys.open({ directory, fleet, device, hosts, notBefore, randomBytes });
  const backoff = { minMs: flags.backoffMin, maxMs: flags.backoffMax };
  const note = (line: string) => session.note(line);
  const run = new ConformRun({ host, port, keys, scenarios, backoff, toleranceMs: flags.tolerance, clock, note });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => run.stop());
  try {
    const taken = await run.listen();
    note(`listening on ${host}:${taken}`);
    if (keys.isNew) {
      note(`new keys in ${directory}; give them to the device, for example`);
      note(
        `  quietwire-agent run --server ${hosts[0] ?? '127.0.0.1'}:${taken} --ca ${directory}/ca.pem ` +
          `--fleet ${fleet} --device ${device} --key ${directory}/device.key --forward test=127.0.0.1:7100`,
      );
    }
    note(
      `${scenarios.length} scenarios; about ${expectedMinutes(scenarios.length, backoff)} min by the device's waits`,
    );
    await run.run();
  } finally {
    run.close();
  }
  const lines = run.verdicts.lines(flags.profile, flags.only !== undefined);
  if (session.flags.json) session.printJson(lines);
  else session.print(lines.map((line) => `${renderLine(line)}\n`).join(''));
  const count = (verdict: string) => lines.filter((line) => line.verdict === verdict).length;
  note(`${count('ok')} ok, ${count('not ok')} not ok, ${count('--')} not observable`);
  if (run.verdicts.failed || run.verdicts.empty) process.exitCode = 1;
}
