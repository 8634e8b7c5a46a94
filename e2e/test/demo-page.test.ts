// The page alone in a real browser, with snapshots made up for the test. The whole demo is the e2e case `demo`.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { DemoError } from '../src/demo/demo-errors.ts';
import type { Command, Settings, Snapshot } from '../src/demo/messages.ts';
import { bundlePage } from '../src/demo/page-bundle.ts';
import { PageServer } from '../src/demo/page-server.ts';
import { findFreePorts } from '../src/harness/free-port.ts';
import { chromiumArguments, chromiumFile } from '../src/local/cases/demo.ts';

const skip = existsSync(chromiumFile) ? false : `there is no Chromium at ${chromiumFile}`;
const score = { isGuessing: true, claims: 20, right: 4, activities: 4, found: 4, chance: 0.07 };

const calm: Snapshot = {
  phase: 'running',
  text: 'Traffic runs through the tunnel.',
  timeMs: 100_000,
  stepMs: 500,
  settings: { mode: 'STP', confidence: 0.2 },
  promise: { confidence: 0.2, probability: 0.056, activityEveryS: 34, lowestConfidence: 0.056 },
  speed: 8,
  steps: [{ timeMs: 100_000, rawUp: 2000, rawDown: 600, shapedUp: 5000, shapedDown: 10_000 }],
  activities: [{ startMs: 99_000, endMs: 99_400, cause: 'plug' }],
  claims: { raw: [], shaped: [] },
  scores: { raw: { ...score, right: 20, interval: [0.84, 1] }, shaped: { ...score, interval: [0.08, 0.42] } },
  rawBytesPerS: 231,
  shapedBytesPerS: 9210,
  overhead: 39.9,
  delay: { active: { count: 9, p50Ms: 74, p99Ms: 1410 }, quiet: undefined },
  commands: [],
  plugIsOn: false,
};

test('the page in a browser', { skip }, async (t) => {
  const [port = 0] = await findFreePorts(1);
  const server = new PageServer(port);
  let browser: Browser | undefined;
  let page: Page;
  let commands: Command[] = [];
  const changes: Settings[] = [];

  before(async () => {
    await server.listen();
    server.open(await bundlePage(), {
      snapshot: () => ({ ...calm, commands }),
      press: (on) => {
        commands = [{ id: 1, on, sentMs: 0, delayMs: undefined }];
        server.publish({ ...calm, commands });
        return 1;
      },
      change: (settings) => {
        if (settings.mode === 'ILP') throw new DemoError('CHANGE_PENDING', 'not now');
        changes.push(settings);
      },
    });
    browser = await chromium.launch({ executablePath: chromiumFile, args: [...chromiumArguments] });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/`);
    await page.locator('#status[data-phase=running]').waitFor();
  });
  after(async () => {
    await browser?.close();
    await server.close();
  });

  await t.test('figures and scores stand as text beside the charts', async () => {
    assert.equal(await page.locator('#figure-shaped').textContent(), '9.2 kB/s');
    assert.equal(await page.locator('#figure-overhead').textContent(), '× 40');
    assert.equal(await page.locator('#figure-active').textContent(), '74 ms · 1.4 s');
    assert.deepEqual(await page.locator('#shaped-score td').allTextContents(), [
      '4 of 20',
      '20 % 8–42 %',
      '20 %',
      '7.0 %',
      '4 of 4',
    ]);
    assert.match((await page.getByRole('img').nth(0).getAttribute('aria-label')) ?? '', /231 B\/s/);
  });

  await t.test('the switch works by keyboard, and says when the command has arrived', async () => {
    await page.getByRole('switch').press('Space');
    await page.getByText('“on” is on its way').waitFor();
    server.publish({ ...calm, plugIsOn: true, commands: [{ id: 1, on: true, sentMs: 0, delayMs: 63.2 }] });
    await page.getByText('“on” reached the plug after 63 ms.').waitFor();
    assert.equal(await page.getByRole('switch').getAttribute('aria-checked'), 'true');
  });

  await t.test('the confidence changes by keyboard, within what can be reached', async () => {
    const slider = page.getByRole('slider');
    assert.equal(await slider.getAttribute('min'), '6');
    await slider.press('ArrowRight');
    await page.locator('#confidence-value', { hasText: '21 %' }).waitFor();
    await assert.doesNotReject(async () => {
      while (changes.length === 0) await page.waitForTimeout(20);
    });
    assert.deepEqual(changes[0], { mode: 'STP', confidence: 0.21 });
  });

  await t.test('a change that is refused says why', async () => {
    await page.getByText('ILP', { exact: true }).click();
    await page.getByRole('alert').getByText('not now').waitFor();
  });

  await t.test('nothing overflows on a narrow screen, in the dark too', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.setViewportSize({ width: 390, height: 800 });
    await page.waitForTimeout(200);
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    assert.ok(width <= 390, `${width} px wide`);
  });

  await t.test('the page says when the demo is gone', async () => {
    await server.close();
    await page.getByText('The demo does not answer').waitFor();
  });
});
