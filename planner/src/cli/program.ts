// The `quietwire` command: its name, global flags and how help looks. Each command registers itself from its own file.

import { styleText } from 'node:util';
import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { parseWhole } from './arguments.ts';
import { addConformCommand } from './conform-command.ts';
import { addDecodeCommand } from './decode-command.ts';
import { renderErrorLine } from './failure.ts';
import { addKeysCommand } from './keys-command.ts';
import { CliSession, wantsColor } from './session.ts';
import { addTapCommand } from './tap-command.ts';
import { addValidateCommand } from './validate-command.ts';

const exitStatuses = `
Exit status:
  0  success                 4  environment: a file, a port     7  undelivered data
  1  negative result         5  refused by the peer            70  fault of the program
  2  wrong flags             6  bytes break the protocol    128+n  ended by signal n
  3  invalid input, all faults listed

Data goes to stdout, diagnostics to stderr; - is stdin or stdout.`;

/** Builds the command. It throws Commander's errors instead of ending the process. */
export function createProgram(): Command {
  const program = new Command('quietwire');
  const session = new CliSession(program);
  program
    .description("Quietwire's tool for keys, policies and what passes on the wire.")
    .exitOverride()
    .configureOutput({
      getOutHasColors: () => wantsColor(process.stdout),
      getErrHasColors: () => wantsColor(process.stderr),
      outputError: (text, write) => write(`${renderErrorLine('USAGE', text.replace(/^error: /, '').trimEnd())}\n`),
    })
    .configureHelp({
      showGlobalOptions: true,
      subcommandTerm: (command) => command.name(),
      styleTitle: (text) => styleText('bold', text, { validateStream: false }),
    })
    .option('--json', 'print one JSON document')
    .option('--quiet', 'no diagnostics but errors')
    .option(
      '--seed <n>',
      'for later commands that draw at random; none of this version does, and keys never come from it',
      parseWhole(0, 2 ** 32 - 1),
    )
    .option('--no-color', 'no colours, also on a terminal')
    .version(manifest.version, '--version', 'print the version')
    .helpOption('--help', 'show help; of a command, after its name')
    .helpCommand(false)
    .showHelpAfterError('(flags and examples: --help after the command)')
    .addHelpText('after', exitStatuses);
  addValidateCommand(program, session);
  addKeysCommand(program, session);
  addTapCommand(program, session);
  addDecodeCommand(program, session);
  addConformCommand(program, session);
  return program;
}
