// `npm start`: the demo with its page on loopback. Command line, terminal and signals; the rest is demo.ts.

import { machineNowMs } from '../replay/replay-end.ts';
import { Demo, stepMs } from './demo.ts';
import { DemoError, demoErrors } from './demo-errors.ts';
import { type DemoOptions, parseDemoOptions, usage } from './demo-options.ts';
import type { Snapshot } from './messages.ts';
import { bundlePage } from './page-bundle.ts';
import { PageServer } from './page-server.ts';

const reportMs = 5000;

try {
  const options = parseDemoOptions(process.argv.slice(2));
  if (options === 'help') process.stdout.write(usage);
  else await run(options);
} catch (error) {
  process.exitCode = report(error);
}

async function run(options: DemoOptions): Promise<void> {
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>();
  const demo = new Demo(options, fail);
  const page = new PageServer(options.port);
  await page.listen(); // a taken port is found before anything else starts
  // A second signal ends this process at once, and its children with it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => end());
  const timers: NodeJS.Timeout[] = [];
  try {
    await Promise.race([ended, start(demo, page, options.port, timers).then(() => ended)]);
    process.stderr.write('stopping …\n');
  } finally {
    for (const timer of timers) clearInterval(timer);
    await page.close();
    await demo.stop();
  }
}

async function start(demo: Demo, page: PageServer, port: number, timers: NodeJS.Timeout[]): Promise<void> {
  process.stderr.write('starting broker, sidecar, tap and agent …\n');
  const [files] = await Promise.all([bundlePage(), demo.start()]);
  page.open(files, {
    snapshot: () => demo.snapshot(0),
    press: (on) => demo.press(on),
    change: (settings) => demo.change(settings),
  });
  process.stdout.write(`open http://127.0.0.1:${port}/   (Ctrl-C ends the demo)\n`);
  let sinceMs = machineNowMs();
  timers.push(
    setInterval(() => {
      const snapshot = demo.snapshot(sinceMs);
      sinceMs = snapshot.steps.at(-1)?.timeMs ?? sinceMs;
      page.publish(snapshot);
    }, stepMs),
    setInterval(() => process.stdout.write(`${renderLine(demo.snapshot(Number.POSITIVE_INFINITY))}\n`), reportMs),
  );
}

/** One line for the terminal: bytes/s, overhead, added delay. */
function renderLine({ phase, text, settings, ...figures }: Snapshot): string {
  if (phase !== 'running') return text;
  const { active, quiet } = figures.delay;
  const delay = (name: string, value: typeof active) =>
    value ? `${name} p50 ${value.p50Ms.toFixed(0)} ms p99 ${value.p99Ms.toFixed(0)} ms` : `${name} –`;
  return [
    settings.mode === 'STP' ? `STP c=${settings.confidence}` : 'ILP',
    `raw ${figures.rawBytesPerS.toFixed(0)} B/s`,
    `shaped ${figures.shapedBytesPerS.toFixed(0)} B/s`,
    `overhead ${figures.overhead ? `×${figures.overhead.toFixed(1)}` : '–'}`,
    `added delay: ${delay('activity', active)}, ${delay('quiet', quiet)}`,
  ].join('  ');
}

/** Says what went wrong and returns the exit status. */
function report(error: unknown): number {
  const text = error instanceof Error ? error.message : String(error);
  if (!(error instanceof DemoError)) {
    process.stderr.write(`error INTERNAL: ${error instanceof Error ? (error.stack ?? text) : text}\n`);
    return 70;
  }
  process.stderr.write(`error ${error.code}: ${text}\n`);
  if (error.code === 'USAGE') process.stderr.write(`\n${usage}`);
  return demoErrors[error.code].exit;
}
