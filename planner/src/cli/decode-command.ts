// `quietwire decode`: flags, input and output. Decoding is in ../decode.

import type { Command } from 'commander';
import type { FrameReport } from '../decode/frame-report.ts';
import type { CliSession } from './session.ts';

const details = `
The input is what one end sent inside TLS, from the first frame of the bootstrap
or from any later frame on: raw bytes, or hex digits with any white space. Each
line of output is one frame; without fields it is cover; bytes are in hex:
  {"frame":4,"offset":1664,"size":128,"fields":[{"type":"ACK","id":1,"offset":17}]}

The keys file opens the sealed control fields of that direction (hex or base64).
Their counter begins with the session, so the input must begin there too:
  {"aead":"AES-256-GCM","key":"<32 bytes>","iv":"<12 bytes>"}

Example:
  quietwire decode --keys device-control.json device-to-cloud.bin`;

export function addDecodeCommand(program: Command, session: CliSession): void {
  program
    .command('decode')
    .summary('show the frames and fields of plain bytes')
    .usage('[--keys FILE] FILE|-')
    .description(
      'Print the frames and fields of one direction of a tunnel, one JSON object a line (with --json one document). ' +
        'Bytes that break the protocol end it with status 6, naming frame and offset.',
    )
    .argument('<file>', 'the bytes; - is stdin')
    .option('--keys <file.json>', 'keys that open the control fields')
    .addHelpText('after', details)
    .action((file: string, flags: { keys?: string }) => runDecode(file, flags.keys, session));
}

async function runDecode(file: string, keysFile: string | undefined, session: CliSession): Promise<void> {
  const [{ ControlOpener }, { parseControlKeys }, { decodeFrames }, { inputBytes }] = await Promise.all([
    import('@quietwire/proto'),
    import('../decode/control-keys.ts'),
    import('../decode/decode-frames.ts'),
    import('../decode/input-bytes.ts'),
  ]);
  const source = file === '-' ? 'stdin' : file;
  const keys = keysFile && parseControlKeys((await session.read(keysFile)).toString('utf8'), keysFile);
  const bytes = inputBytes(await session.read(file), source);
  const frames: FrameReport[] = [];
  try {
    for (const report of decodeFrames(bytes, keys ? new ControlOpener(keys) : undefined)) {
      if (session.flags.json) frames.push(report);
      else session.print(`${JSON.stringify(report)}\n`);
    }
  } finally {
    if (session.flags.json) session.printJson(frames); // what came before a fault too
  }
}
