// `quietwire validate`: flags and output. The verdict is in ../validate.

import type { Command } from 'commander';
import type { CliSession } from './session.ts';

const details = `
A valid policy is a line with what it promises and costs, and one for what each
direction carries:
  p  probability that an activity starts within a period, from activity.perDay
  q  probability of cover per period (1 is ILP: always on)
  c  an observer's confidence that an activity starts when a run does; no cover
     brings it to p or below. In STP it holds as far as cover lasts as long as
     activities do, so the line says what that rests on: counts of measured
     activities (cover.durations), or the assumption that every activity fits
     into the shortest run
  b  bytes on the wire over those of the unshaped device, headers counted; without
     a measurement that device is taken to send 2,048 B per activity and 8 B/s
  up, down  payload of one stream per second, and the longest time until the last
     byte of a message of that size has left (the way comes on top). A broker drops
     an MQTT client whose message takes more than 1.5 keep alives: the line says
     how large one may be

Examples:
  quietwire validate policies/*.yaml
  quietwire validate --json - < smart-plug.yaml`;

export function addValidateCommand(program: Command, session: CliSession): void {
  program
    .command('validate')
    .summary('check policy files as the API server would')
    .usage('FILE…')
    .description(
      'Check ShapingPolicies against schema and rules. Every fault of every file is listed as ' +
        '`file:line: path: message (got X, allowed Y)`, and the exit status is then 3.',
    )
    .argument('<file...>', 'YAML or JSON files, each with one or more policies; - is stdin')
    .addHelpText('after', details)
    .action((files: string[]) => runValidate(files, session));
}

async function runValidate(files: readonly string[], session: CliSession): Promise<void> {
  const [{ ShapingError }, { renderPolicy, reportPolicyFile }] = await Promise.all([
    import('@quietwire/shaping'),
    import('../validate/policy-report.ts'),
  ]);
  const reports = [];
  for (const file of files) {
    const text = (await session.read(file)).toString('utf8');
    reports.push(reportPolicyFile(text, file === '-' ? 'stdin' : file));
  }
  const faults = reports.flatMap((report) => report.faults);
  if (session.flags.json) session.printJson({ valid: faults.length === 0, files: reports });
  else
    for (const { file, policies } of reports)
      for (const policy of policies) session.print(`${renderPolicy(file, policy)}\n`);
  if (faults.length === 0) return;
  const faulty = reports.filter((report) => report.faults.length > 0).length;
  const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
  const where = files.length === 1 ? '' : ` in ${faulty} of ${files.length} files`;
  throw new ShapingError('POLICY_INVALID', `${count}${where}`, { faults });
}
