// The `quietwire-agent` command: flags and help.
import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { type RunFlags, runCommand } from './run-command.ts';

const exitStatuses = `
Exit status:
  0  stopped, all delivered   4  a local port is taken       7  stopped with data undelivered
  2  wrong flags              5  refused by the sidecar     70  fault of the program
  3  invalid configuration    6  the peer broke protocol  128+n  ended by signal n

Refusals (5) and broken protocol (6) end the agent only before its first tunnel; whatever passes by itself (no network, a
busy sidecar) is tried again for ever, with growing random waits.`;

const collect = (text: string, list: string[] = []): string[] => [...list, text];

/** Builds the command. It throws Commander's errors instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('quietwire-agent')
    .description(
      "The device's end of a Quietwire tunnel: local ports for programs, one shaped connection to the sidecar.",
    )
    .version(manifest.version, '--version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`error USAGE: ${text.replace(/^error: /, '').trimEnd()}\n`),
    })
    .showHelpAfterError('(--help after the command shows the flags)');
  program
    .command('run')
    .summary('connect, and forward local ports while the tunnel stands')
    .usage('--server H:P --ca F --fleet F --device ID --key F --forward SERVICE=ADDR:PORT… | --config F')
    .description(
      'Connect to a sidecar and forward local ports to its services while the tunnel stands; they refuse otherwise. SIGTERM ' +
        'closes the tunnel at the end of a period; SIGHUP reads key and certificate authority again. Environment variables ' +
        'QUIETWIRE_<KEY_WITH_UNDERSCORES> win over the file, flags over both, --set over all.',
    )
    .option('--config <file>', 'configuration, YAML, - for stdin; docs/configuration.md lists the keys')
    .option('--server <host:port>', 'the sidecar')
    .option('--ca <file>', 'certificate authority of the server, PEM')
    .option('--fleet <name>', 'fleet of the device')
    .option('--device <id>', 'id of the device')
    .option('--key <file>', 'device key in base64, as `quietwire keys derive` prints it')
    .option(
      '--forward <service=addr:port>',
      'a local port and the service it leads to, may be given several times',
      collect,
    )
    .option('--set <key=value>', 'one key of the configuration, may be given several times', collect, [])
    .option('--print-config', 'print the effective configuration and end')
    .option('--check-config', 'check configuration, key and certificate authority and end')
    .addHelpText('after', exitStatuses)
    .addHelpText(
      'after',
      '\nExample:\n  quietwire-agent run --server sidecar.example:7443 --ca ca.pem --fleet smart-plug \\\n' +
        '    --device plug-1 --key plug-1.key --forward mqtt=127.0.0.1:1883',
    )
    .action((flags: RunFlags) => runCommand(flags));
  return program;
}
