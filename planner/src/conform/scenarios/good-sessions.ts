// Scenarios in which the cloud does no wrong: what the device does by itself in a session.
import { encodeControl, limits } from '@quietwire/proto';
import { judgeBootstrap, judgePeriods, judgeRecords, judgeSlots } from '../judge-session.ts';
import type { Scenario, Stage } from '../scenario.ts';
import { frameOf } from '../scripted-cloud.ts';
import { join, withField } from '../wire-override.ts';

const good: Scenario = {
  name: 'good',
  about: 'a good session of 4 s: bootstrap, first run, slots, records',
  judges: ['tls', 'one-record', 'slot-sizes', 'first-run', 'background', 'period-slots', 'period-start', 'seals'],
  run: async (stage) => {
    const { cloud, clock } = stage;
    await cloud.session();
    await clock.wait(4000);
    judgeBootstrap(stage);
    judgeRecords(stage);
    judgeSlots(stage);
    judgePeriods(stage);
    stage.verdicts.judge('seals', cloud.connection.isOpen, `in a good session ${cloud.ending()}`);
  },
};

const slowAccept: Scenario = {
  name: 'slow-accept',
  about: 'ACCEPT comes after 2 s',
  judges: ['silent-before-accept'],
  script: { acceptAfterMs: 2000 },
  run: async ({ cloud, verdicts }) => {
    await cloud.session();
    verdicts.judge('silent-before-accept', cloud.framesBeforeAccept === 0, 'it sent a frame before ACCEPT came');
  },
};

/** Waits for the end of the first run; the cloud is its follower and begins another. */
async function rested({ cloud, clock }: Stage): Promise<void> {
  await cloud.session();
  const { periodMs, restMs, leadMs } = cloud.parameters;
  await clock.wait(periodMs + restMs + leadMs + 100);
}

const follow: Scenario = {
  name: 'follow',
  about: 'the cloud begins a run, and prolongs it by a Demand',
  judges: ['follows', 'demand'],
  run: async (stage) => {
    const { cloud, verdicts, clock } = stage;
    await rested(stage);
    const number = cloud.number + 1;
    cloud.control({ periodStart: { number, position: 1, version: 1 }, demand: { remainingMs: 1500 } });
    const { connection } = cloud;
    const followed = await connection.until(() => cloud.number >= number, 500);
    verdicts.judge('follows', followed, `500 ms after PeriodStart ${number} none of it came; ${cloud.ending()}`);
    await clock.wait(cloud.parameters.periodMs);
    const prolonged = cloud.number > number;
    verdicts.judge('demand', prolonged, `a Demand of 1,500 ms, and PeriodStart ${number + 1} did not come`);
  },
};

const fragments: Scenario = {
  name: 'fragments',
  about: 'a PeriodStart in fragments of a whole of 1,024 bytes',
  judges: ['fragments-good'],
  run: async (stage) => {
    const { cloud, verdicts } = stage;
    await rested(stage);
    const number = cloud.number + 1;
    const start = encodeControl({ periodStart: { number, position: 1, version: 1 } });
    const whole = withField(start, 1000, { bytes: new Uint8Array(1024 - start.length - 4) }); // an unknown field
    for (let at = 0, index = 0; at < whole.length; at += 250, index++) {
      const data = whole.subarray(at, at + 250);
      cloud.control({ fragment: { message: 1, index, last: at + 250 >= whole.length, data } });
    }
    const followed = await cloud.connection.until(() => cloud.number >= number, 1000);
    verdicts.judge('fragments-good', followed, `the PeriodStart in them had no effect; ${cloud.ending()}`);
  },
};

const skipped: Scenario = {
  name: 'skipped',
  about: 'GREASE and unknown types with bit 7; frames in pieces and many in one write',
  judges: ['unknown-skipped', 'grease-extension', 'pieces'],
  script: {
    challenge: (body) => withField(body, 3, { bytes: withField(new Uint8Array(0), 1, { whole: 31 * 40 + 27 }) }),
  },
  run: async ({ cloud, verdicts, clock }) => {
    await cloud.session();
    for (const type of [0x8a, 0xfa, 0xc3]) cloud.queue((writer) => writer.field(type, new Uint8Array(9).fill(1)));
    await clock.wait(500);
    const holds = cloud.connection.isOpen;
    verdicts.judge('unknown-skipped', holds, cloud.ending());
    verdicts.judge('grease-extension', holds, cloud.ending());
    if (!holds) return;
    cloud.stopSlots();
    const before = cloud.number;
    const message = cloud.sealed(encodeControl({ demand: { remainingMs: 1 } }));
    const frame = frameOf(400, (writer) => writer.control(message));
    for (const [from, to] of [
      [0, 1],
      [1, 2],
      [2, 30],
      [30, 400],
    ] as const) {
      cloud.write(frame.subarray(from, to));
      await clock.wait(30);
    }
    cloud.write(join(frameOf(64), frameOf(128), frameOf(400)));
    await clock.wait(500);
    verdicts.judge('pieces', cloud.connection.isOpen && cloud.number >= before, cloud.ending());
  },
};

const cover: Scenario = {
  name: 'cover',
  about: 'cover of 3 activities a second for 5 s',
  judges: ['cover'],
  script: { parameters: { deviceCoverRate: 3 } },
  run: async ({ cloud, verdicts, clock }) => {
    await cloud.session();
    await clock.wait(5000);
    const demands = cloud.log.controls.filter(({ control }) => control.demand !== undefined).length;
    verdicts.judge('cover', demands > 0 && cloud.number > 1, `${demands} Demands and ${cloud.number} periods came`);
  },
};

const silent: Scenario = {
  name: 'silent',
  about: 'the cloud sends no frame any more (10 s)',
  judges: ['dead-peer'],
  run: async ({ cloud, verdicts, clock }) => {
    await cloud.session();
    cloud.stopSlots();
    const fromMs = clock.nowMs();
    const { connection } = cloud;
    await connection.until(() => !connection.isOpen, 13_000);
    const afterMs = (connection.endMs ?? Number.POSITIVE_INFINITY) - fromMs;
    verdicts.judge(
      'dead-peer',
      afterMs >= 9800 && afterMs < 12_500,
      Number.isFinite(afterMs)
        ? `it dropped it after ${(afterMs / 1000).toFixed(1)} s`
        : 'after 13 s the connection stands',
    );
  },
};

const goaway: Scenario = {
  name: 'goaway',
  about: 'GOAWAY, and the close a period later',
  judges: ['goaway'],
  run: async (stage) => {
    const { cloud, verdicts, clock } = stage;
    await rested(stage);
    const opened = cloud.log.opens.length;
    const number = cloud.number + 1;
    cloud.control({
      periodStart: { number, position: 1, version: 1 },
      goaway: { lastStream: limits.streams, final: true },
    });
    await clock.wait(cloud.parameters.periodMs + 50);
    const more = cloud.log.opens.length - opened;
    const { connection } = cloud;
    verdicts.judge(
      'goaway',
      more === 0 && connection.isOpen,
      more > 0 ? `it opened ${more} streams` : `before the end ${cloud.ending()}`,
    );
    cloud.stopSlots();
    connection.tls.end();
    const closed = await connection.until(() => !connection.isOpen, 1500);
    verdicts.judge('goaway', closed, 'it did not close when the cloud had');
  },
};

const tls12: Scenario = {
  name: 'tls12',
  about: 'TLS 1.2 alone is offered',
  judges: ['tls'],
  tls: 'TLSv1.2',
  run: async (stage) => {
    const { cloud, clock, verdicts } = stage;
    await cloud.connection.until(() => cloud.connection.isSecure || !cloud.connection.isOpen, 3000);
    if (!cloud.connection.isSecure) return verdicts.unseen('tls', 'the device does not speak TLS 1.2, and need not');
    await cloud.session();
    await clock.wait(1000);
    judgeBootstrap(stage);
    judgeRecords(stage);
  },
};

const ilp: Scenario = {
  name: 'ilp',
  about: 'mode ILP for 2 s',
  judges: ['ilp'],
  script: { parameters: { mode: 'ILP', upstream: { interval: { kind: 'constant', value: 100 } } } },
  run: async ({ cloud, verdicts, clock, toleranceMs }) => {
    await cloud.session();
    await clock.wait(2000);
    const { frames, periodStarts } = cloud.log;
    const gaps = frames.slice(1).map(({ atMs }, at) => atMs - (frames[at]?.atMs ?? 0));
    const off = gaps.filter((gap) => Math.abs(gap - 100) > toleranceMs).length;
    const holds = gaps.length > 10 && off <= gaps.length / 5 && periodStarts.length === 0;
    verdicts.judge(
      'ilp',
      holds,
      `${off} of ${gaps.length} distances are not 100 ms; ${periodStarts.length} PeriodStarts`,
    );
  },
};

/** For the full profile: drawn intervals and sizes. */
export const drawn: Scenario = {
  name: 'drawn',
  about: 'mode ILP with drawn intervals and sizes for 3 s',
  judges: ['drawn'],
  script: {
    parameters: {
      mode: 'ILP',
      upstream: { interval: { kind: 'uniform', low: 40, high: 160 }, size: { kind: 'uniform', low: 100, high: 390 } },
    },
  },
  run: async ({ cloud, verdicts, clock, toleranceMs }) => {
    await cloud.session();
    await clock.wait(3000);
    const { frames } = cloud.log;
    const gaps = frames.slice(1).map(({ atMs }, at) => atMs - (frames[at]?.atMs ?? 0));
    const off = gaps.filter((gap) => gap < 40 - toleranceMs || gap > 160 + toleranceMs).length;
    const sizes = new Set(frames.map(({ size }) => size));
    const legal = [...sizes].every((size) => size >= 100 && size <= 390);
    const holds = gaps.length > 10 && off <= gaps.length / 5 && legal && sizes.size > 5;
    verdicts.judge('drawn', holds, `${off} of ${gaps.length} distances out of 40 to 160 ms; ${sizes.size} sizes`);
  },
};

export const goodScenarios: Scenario[] = [good];
export const laterGoodScenarios: Scenario[] = [
  follow,
  fragments,
  skipped,
  slowAccept,
  goaway,
  cover,
  ilp,
  tls12,
  silent,
];
