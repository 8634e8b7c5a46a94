// A program of its own: the product's sidecar and the services behind it, on command. The sidecar gets a configuration as
// in production; only its randomness may be scripted.
import type { Random } from '@quietwire/shaping';
import { Log, loadSidecarConfig, type Sidecar, startSidecar } from '@quietwire/sidecar';
import { createSystemRuntime } from '@quietwire/tunnel';
import type { JsonObject } from '../../harness/child-program.ts';
import { emitEvent, serveCommands } from '../../harness/command-loop.ts';
import { Backends } from './backends.ts';
import { type CoverLaw, type ScriptedActivity, scriptedRandom, telling } from './scripted-random.ts';
import { stageCommands } from './stage-commands.ts';

/** The sidecar draws the age at which it renews a connection when a tunnel stands, after the first gap of its cover. */
const OTHER_DRAWS = 1;

const runtime = createSystemRuntime();
const backends = new Backends((device, service) => emitEvent({ event: 'stream', device, service }));
let sidecar: Sidecar | undefined;

interface StartCommand {
  /** Configuration of the sidecar, JSON. */
  readonly config: string;
  readonly script?: { readonly activities: readonly ScriptedActivity[]; readonly law: CoverLaw };
}

async function start(command: JsonObject): Promise<JsonObject> {
  const { config, script } = command as unknown as StartCommand;
  const random: Random =
    script === undefined
      ? runtime.random
      : telling('cloud', scriptedRandom(script.activities, script.law, OTHER_DRAWS));
  sidecar = await startSidecar({
    config: loadSidecarConfig({ text: config }),
    runtime: { ...runtime, random },
    log: new Log({
      format: 'text',
      level: 'debug',
      timestamp: () => new Date().toISOString(),
      nowMs: () => performance.now(),
      write: (line) => process.stderr.write(line),
    }),
    wallNow: () => Date.now(),
    version: 'wire',
  });
  return { port: sidecar.address.port };
}

/** Writes to a device by the service `manual`. */
function write({ device, stream = -1, bytes }: JsonObject): undefined {
  backends.manual(String(device), Number(stream)).write(Buffer.alloc(Number(bytes), 0x63));
}

function end({ device, stream = -1, how }: JsonObject): undefined {
  const socket = backends.manual(String(device), Number(stream));
  if (how === 'reset') socket.resetAndDestroy();
  else socket.end();
}

serveCommands({
  ...stageCommands({ write, end }),
  services: async () => ({ services: (await backends.listen()).map((service) => ({ ...service })) }),
  start,
  status: () => ({ tunnels: sidecar?.tunnels ?? 0, rssBytes: process.memoryUsage.rss() }),
  drain: async () => ({ ...(await sidecar?.stop()) }),
});
