// Scenarios on a stream that the device's application must open: credit, acknowledgement, FIN, RESET, and their faults.
import { expectEnd, type Scenario, type Stage } from '../scenario.ts';
import { frameOf } from '../scripted-cloud.ts';

const openWithinMs = 4000;
const grantedBytes = 1024;
const opensPerSecond = 10;

/** Resolves with the first stream's number, undefined if the application opened none. */
async function opened({ cloud, verdicts }: Stage, judges: Scenario['judges']): Promise<number | undefined> {
  await cloud.session();
  await cloud.connection.until(() => cloud.log.opens.length > 0 || !cloud.connection.isOpen, openWithinMs);
  const [open] = cloud.log.opens;
  for (const id of judges) if (!open) verdicts.unseen(id, 'no program on the device opened a stream');
  return open?.id;
}

type OnStream = (stage: Stage, id: number) => Promise<void>;

function streamScenario(name: string, about: string, judges: Scenario['judges'], act: OnStream): Scenario {
  return {
    name,
    about,
    judges,
    needsStream: true,
    run: async (stage) => {
      const id = await opened(stage, judges);
      if (id !== undefined) await act(stage, id);
    },
  };
}

const credit = streamScenario(
  'credit',
  'a stream: no credit beyond the first, then more; data that must be acknowledged; a FIN',
  ['credit', 'ack', 'fin', 'first-id', 'opens-paced', 'active'],
  async ({ cloud, verdicts, clock }, id) => {
    const { streamWindow, tunnelWindow, quietBytes, maxStreams } = cloud.parameters;
    verdicts.judge('first-id', cloud.log.opens[0]?.id === 1, `the first stream is ${id}`);
    await cloud.connection.until(() => cloud.log.bytesOf(id) >= streamWindow, 3000);
    await clock.wait(400);
    const first = cloud.log.bytesOf(id);
    verdicts.judge(
      'credit',
      first <= streamWindow && cloud.log.bytesOf() <= tunnelWindow,
      `${first} bytes came with a window of ${streamWindow}`,
    );
    if (first < streamWindow)
      verdicts.unseen('credit', `the program sent ${first} bytes, the window is ${streamWindow}`);
    else {
      cloud.queue((writer) => writer.streamCredit(id, streamWindow + grantedBytes));
      await cloud.connection.until(() => cloud.log.bytesOf(id) >= first + grantedBytes, 2500);
      await clock.wait(300);
      const then = cloud.log.bytesOf(id);
      verdicts.judge('credit', then === first + grantedBytes, `with ${grantedBytes} bytes more, ${then - first} came`);
    }
    const parts = cloud.log.streams.filter((part) => part.id === id && part.bytes > quietBytes);
    if (parts.length > 0)
      verdicts.judge(
        'active',
        parts.every(({ active }) => active),
        `a field of ${parts.find(({ active }) => !active)?.bytes} bytes without ACTIVE`,
      );
    cloud.queue((writer) => writer.ack(id, cloud.log.bytesOf(id)));
    cloud.queue((writer) => writer.stream(id, new Uint8Array(100).fill(0x71), 0, 100, false, true));
    const acked = await cloud.connection.until(() => cloud.log.ackOf(id) >= 100, 3000);
    verdicts.judge(
      'ack',
      acked && cloud.log.ackOf(id) === 100,
      `of 100 bytes ${cloud.log.ackOf(id)} were acknowledged; does the program read?`,
    );
    cloud.queue((writer) => writer.stream(id, new Uint8Array(0), 0, 0, true, false));
    await clock.wait(400);
    verdicts.judge('fin', cloud.connection.isOpen, cloud.ending());
    judgeOpens(cloud.log.opens.length);

    function judgeOpens(count: number): void {
      const burst = Math.max(maxStreams, opensPerSecond);
      const seconds = (clock.nowMs() - (cloud.sessionMs ?? 0)) / 1000;
      const saw = `${count} OPENs came in ${seconds.toFixed(1)} s`;
      if (count <= maxStreams) verdicts.unseen('opens-paced', `${saw}; the program would have to open more`);
      else verdicts.judge('opens-paced', count <= burst + opensPerSecond * (seconds + 1), saw);
    }
  },
);

const reset = streamScenario('reset', 'RESET of a stream', ['reset'], async ({ cloud, verdicts, clock }, id) => {
  await cloud.connection.until(() => cloud.log.bytesOf(id) > 0, 2000);
  cloud.queue((writer) => writer.reset(id, 1));
  await clock.wait(500);
  const fromMs = clock.nowMs();
  await clock.wait(1000);
  const late = cloud.log.frames.filter(({ atMs }) => atMs > fromMs);
  const data = late.flatMap(({ streams }) => streams).filter((part) => part.id === id).length;
  const answers = cloud.log.frames.flatMap(({ resets }) => resets).filter((entry) => entry.id === id).length;
  verdicts.judge(
    'reset',
    data === 0 && answers === 0 && cloud.connection.isOpen,
    `${data} fields and ${answers} RESETs of the stream came; ${cloud.ending()}`,
  );
});

const overrun = streamScenario(
  'credit-overrun',
  'data beyond the device’s credit',
  ['overrun_credit'],
  async (stage, id) => {
    const { cloud } = stage;
    // A stream's window is 2,048 bytes, and credit for more would need a program that has read them.
    await expectEnd(stage, 'overrun_credit', () => {
      for (let sent = 0; sent < 12_000; sent += 300)
        cloud.write(frameOf(400, (writer) => writer.stream(id, new Uint8Array(300), 0, 300, false, false)));
    });
  },
);

const ackBeyond = streamScenario('ack-beyond', 'ACK beyond what was sent', ['ack-beyond'], async (stage, id) => {
  await expectEnd(stage, 'ack-beyond', () => stage.cloud.write(frameOf(400, (writer) => writer.ack(id, 1_000_000))));
});

const afterFin = streamScenario('data-after-fin', 'data after FIN', ['data-after-fin'], async (stage, id) => {
  await expectEnd(stage, 'data-after-fin', () => {
    const { cloud } = stage;
    cloud.write(frameOf(400, (writer) => writer.stream(id, new Uint8Array(0), 0, 0, true, false)));
    cloud.write(frameOf(400, (writer) => writer.stream(id, new Uint8Array(9), 0, 9, false, false)));
  });
});

export const streamScenarios: Scenario[] = [credit, reset, overrun, ackBeyond, afterFin];
