// The e2e case `demo`: runs `npm start`'s program and uses its page in a real browser as a person would. Run as a program it
// also takes the README's picture: npm run node -- e2e/src/local/cases/demo.ts docs/demo.png

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Case, type CaseContext, type CaseOutcome, Faults } from '../../harness/cases.ts';
import { findFreePorts } from '../../harness/free-port.ts';
import { machineNowMs } from '../../replay/replay-end.ts';

/** Debian's Chromium. */
export const chromiumFile = '/usr/bin/chromium';
/** A browser that asks nobody for anything but the page. */
export const chromiumArguments: readonly string[] = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-sync',
  '--no-first-run',
  '--metrics-recording-only',
];

const program = fileURLToPath(new URL('../../demo/main.ts', import.meta.url));
const upWithinMs = 60_000;
const reconnectWithinMs = 45_000;
const endWithinMs = 20_000;

export const demoCase: Case = {
  name: 'demo',
  about: 'npm start in a browser: three live strips, a command through the tunnel, other mode and confidence, Ctrl-C',
  waits: true,
  blocked: () => (existsSync(chromiumFile) ? undefined : `no Chromium at ${chromiumFile}`),
  run: (context) => runDemoCase(context),
};

export interface DemoCaseOptions {
  /** Writes a picture of the page after so many seconds of traffic. */
  readonly screenshot?: { readonly file: string; readonly afterS: number };
}

export async function runDemoCase(context: CaseContext, options: DemoCaseOptions = {}): Promise<CaseOutcome> {
  const faults = new Faults();
  const [port = 0] = await findFreePorts(1);
  const startMs = machineNowMs();
  const demo = startDemo(port, (line) => context.print(`demo: ${line}`));
  let browser: Browser | undefined;
  try {
    const address = await demo.address;
    const upS = (machineNowMs() - startMs) / 1000;
    faults.expect(upS * 1000 < upWithinMs, `the demo took ${upS.toFixed(1)} s to start`);
    faults.expect((await statusOfSecond(port)) === 4, 'a second demo on the same port did not end with status 4');
    browser = await chromium.launch({ executablePath: chromiumFile, args: [...chromiumArguments] });
    const page = await browser.newPage({ viewport: { width: 1360, height: 1000 } });
    watchPage(page, address, faults);
    await page.goto(address);
    for (const strip of ['raw', 'shaped', 'guess']) await waitForInk(page, `${strip}-chart`);
    if (options.screenshot) await takePicture(page, options.screenshot);
    const stpDelayMs = await press(page);
    const ilpS = await reconnect(page, faults, () => page.getByText('ILP', { exact: true }).click());
    const ilpDelayMs = await press(page);
    const stpS = await reconnect(page, faults, () => page.getByText('STP', { exact: true }).click());
    const confidenceS = await reconnect(page, faults, () => page.locator('#confidence').fill('35'));
    const allowed = await page.locator('#shaped-score td').nth(2).textContent();
    faults.expect(allowed === '35 %', `the page says that ${allowed} are allowed, 35 % expected`);
    const againDelayMs = await press(page);
    const status = await demo.interrupt();
    faults.expect(status === 0, `after Ctrl-C the demo ended with status ${status}`);
    await page.getByText('The demo does not answer').waitFor();
    return faults.outcome({ upS, stpDelayMs, ilpDelayMs, againDelayMs, ilpS, stpS, confidenceS });
  } finally {
    await browser?.close();
    await demo.interrupt(); // after a fault too: killed at once it could not end its children
  }
}

interface RunningDemo {
  /** The page's address, once the demo says it. */
  readonly address: Promise<string>;
  /** What Ctrl-C does; resolves with the exit status. */
  interrupt(): Promise<number | null>;
}

function startDemo(port: number, onLine: (line: string) => void): RunningDemo {
  const child = spawnDemo(port);
  const { promise: address, resolve, reject } = Promise.withResolvers<string>();
  const hear = (line: string) => {
    onLine(line);
    const [, found] = /open (http:\S+)/.exec(line) ?? [];
    if (found) resolve(found);
  };
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface({ input: stream }).on('line', hear);
  const ended = once(child, 'exit').then(([status]) => status as number | null);
  void ended.then((status) => reject(new Error(`the demo ended with status ${status}`)));
  const late = setTimeout(() => reject(new Error('the demo did not say its address in time')), upWithinMs);
  void address.finally(() => clearTimeout(late)).catch(() => {});
  return {
    address,
    interrupt: async () => {
      child.kill('SIGINT');
      const timer = setTimeout(() => child.kill('SIGKILL'), endWithinMs);
      const status = await ended;
      clearTimeout(timer);
      return status;
    },
  };
}

function spawnDemo(port: number): ChildProcess {
  const args = ['--conditions=quietwire-source', program, '--port', String(port)];
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
}

async function statusOfSecond(port: number): Promise<number | null> {
  const [status] = await once(spawnDemo(port), 'exit');
  return status;
}

/** Notes errors of the page, and requests that leave the demo. */
function watchPage(page: Page, address: string, faults: Faults): void {
  page.on('pageerror', ({ message }) => faults.expect(false, `an error on the page: ${message}`));
  page.on('request', (request) => {
    const isOwn = request.url().startsWith(address) || request.url().startsWith('data:');
    faults.expect(isOwn, `the page asked for ${request.url()}`);
  });
}

/** Waits until something coloured is drawn in a chart: axes and labels are grey. */
async function waitForInk(page: Page, id: string): Promise<void> {
  const find = `(() => {
    const canvas = document.querySelector('#${id} canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let coloured = 0;
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b, a] = data.slice(at, at + 4);
      if (a > 200 && Math.max(r, g, b) - Math.min(r, g, b) > 60) coloured++;
    }
    return coloured > 100;
  })()`;
  const deadline = machineNowMs() + 120_000;
  while (!(await page.evaluate<boolean>(find))) {
    if (machineNowMs() > deadline) throw new Error(`nothing is drawn in #${id}`);
    await page.waitForTimeout(500);
  }
}

/** Presses the switch and returns how long the command took to the plug, in ms, as the page says. */
async function press(page: Page): Promise<number> {
  const button = page.getByRole('switch');
  const wasOn = (await button.getAttribute('aria-checked')) === 'true';
  await button.click();
  const arrived = page.locator('#command', { hasText: `“${wasOn ? 'off' : 'on'}” reached the plug after` });
  await arrived.waitFor({ timeout: 10_000 });
  await page.locator(`#lamp[data-on="${!wasOn}"]`).waitFor({ timeout: 2000 });
  const [, amount = 'NaN', unit] = /after ([\d.]+) (ms|s)/.exec((await arrived.textContent()) ?? '') ?? [];
  return Number(amount) * (unit === 's' ? 1000 : 1);
}

/** Changes the policy and waits for the tunnel to stand again; returns the seconds that took. */
async function reconnect(page: Page, faults: Faults, change: () => Promise<void>): Promise<number> {
  const startMs = machineNowMs();
  await change();
  await page.locator('#status[data-phase=reconnecting]').waitFor({ timeout: 5000 });
  await page.locator('#status[data-phase=running]').waitFor({ timeout: reconnectWithinMs });
  const error = await page.locator('#policy-error').textContent();
  faults.expect(!error, `the change was refused: ${error}`);
  return (machineNowMs() - startMs) / 1000;
}

/** A picture of the page with some history: two presses, the second a moment ago. */
async function takePicture(page: Page, { file, afterS }: { file: string; afterS: number }): Promise<void> {
  await page.waitForTimeout(afterS * 700);
  await press(page);
  await page.waitForTimeout(afterS * 300);
  await press(page);
  await page.waitForTimeout(12_000);
  await page.screenshot({ path: file, fullPage: true });
}

if (import.meta.main) {
  const context: CaseContext = {
    number: () => undefined,
    parts: [],
    print: (text) => process.stderr.write(`${text}\n`),
  };
  const [file = 'docs/demo.png'] = process.argv.slice(2);
  const { pass, faults } = await runDemoCase(context, { screenshot: { file, afterS: 170 } });
  process.stderr.write(`${pass ? file : (faults ?? []).join('\n')}\n`);
  process.exitCode = pass ? 0 : 1;
}
