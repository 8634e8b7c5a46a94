// `quietwire-sidecar run|version`: commands and flags.

import { Command } from 'commander';
import { packageVersion } from './package-version.ts';
import type { RunFlags } from './run-command.ts';

const exitStatuses = `
Exit status:
  0  stopped, all delivered   4  a port is taken, a file cannot be read   70  fault of the program
  2  wrong flags              7  stopped with data undelivered         128+n  ended by signal n
  3  invalid configuration, policy or key, all faults listed`;

/** Builds the command. It throws Commander's errors instead of ending the process. */
export function createProgram(): Command {
  const version = packageVersion();
  const program = new Command('quietwire-sidecar')
    .description("The cloud's end of Quietwire tunnels: terminates, authenticates, forwards to services on loopback.")
    .version(version, '--version', 'print the version')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      outputError: (text, write) => write(`error USAGE: ${text.replace(/^error: /, '').trimEnd()}\n`),
    })
    .addHelpText('after', exitStatuses)
    .showHelpAfterError('(--help after the command shows the flags)');
  program
    .command('run')
    .summary('serve devices')
    .usage('--config FILE [--set KEY=VALUE]… [--print-config] [--check-config]')
    .description(
      'Serve devices until SIGTERM, which closes every tunnel at the end of a period. SIGHUP reads certificate, keys and ' +
        'policy files again. Environment variables QUIETWIRE_<KEY_WITH_UNDERSCORES> win over the file, --set over both.',
    )
    .requiredOption('--config <file>', 'configuration, YAML; docs/configuration.md lists the keys')
    .option(
      '--set <key=value>',
      'one key, may be given several times',
      (text: string, sets: string[]) => [...sets, text],
      [],
    )
    .option('--print-config', 'print the effective configuration and end')
    .option('--check-config', 'check configuration, policies, keys and certificate and end')
    .addHelpText('after', exitStatuses)
    .addHelpText('after', '\nExample:\n  quietwire-sidecar run --config sidecar.yaml --set log.format=text')
    .action(async (flags: RunFlags) => {
      const { runCommand } = await import('./run-command.ts');
      await runCommand(flags, version);
    });
  program
    .command('version')
    .summary('print the version')
    .action(() => {
      process.stdout.write(`${version}\n`);
    });
  return program;
}
