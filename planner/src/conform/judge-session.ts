// Judges what a device did in a good session: its bootstrap, the records of its frames, the slots, the periods.
import type { MustId } from './musts.ts';
import type { Stage } from './scenario.ts';
import { periodSlots, slotMs } from './test-parameters.ts';

const aead = 16;
/** Bytes that a stack may add to a record: explicit nonce, tag, content type, padding that depends on the size alone. */
const mostPadding = 255;

export function judgeBootstrap({ cloud, verdicts }: Stage): void {
  const { hello, connection } = cloud;
  const { tls } = connection;
  const cipher = tls.getCipher();
  const isAead = /GCM|CHACHA20|CCM/.test(cipher?.name ?? '');
  verdicts.judge('tls', isAead, `the cipher suite is ${cipher?.name}`);
  verdicts.judge('no-early-data', connection.lateHandshakeRecords === 0, 'a handshake began anew');
  verdicts.judge('offers-alpn', tls.alpnProtocol === 'quietwire/1', `ALPN is ${tls.alpnProtocol}`);
  verdicts.judge('hello-good', hello !== undefined, 'no HELLO came');
  verdicts.judge('proof', cloud.proven === true, 'the mac is another; is it this key, this device, this binding?');
  verdicts.judge('bootstrap-size', cloud.fault === undefined, cloud.fault?.message ?? '');
}

export function judgeRecords({ cloud, verdicts }: Stage): void {
  const { records } = cloud.connection;
  const overheads = new Map<number, Set<number>>();
  let fault: string | undefined;
  cloud.sizes.forEach((size, at) => {
    const overhead = (records[at] ?? 0) - size;
    if (overhead < aead || overhead > mostPadding)
      fault ??= `frame ${at} of ${size} bytes meets a record of ${records[at]}`;
    overheads.set(size, (overheads.get(size) ?? new Set()).add(overhead));
  });
  if (Math.abs(records.length - cloud.sizes.length) > 1)
    fault ??= `${cloud.sizes.length} frames in ${records.length} records`;
  for (const [size, seen] of overheads) if (seen.size > 1) fault ??= `records of frames of ${size} bytes differ`;
  verdicts.judge('one-record', fault === undefined, fault ?? '');
}

export function judgeSlots({ cloud, verdicts, toleranceMs }: Stage): void {
  const { frameSize, backgroundFrameSize, backgroundIntervalMs } = cloud.parameters;
  const { frames } = cloud.log;
  const strange = frames.find(({ size }) => size !== frameSize && size !== backgroundFrameSize);
  verdicts.judge('slot-sizes', strange === undefined, `a frame of ${strange?.size} bytes`);
  const first = cloud.log.periodStarts[0];
  const isFirst = frames[0]?.size === frameSize && first?.number === 1 && first.position === 1;
  verdicts.judge(
    'first-run',
    isFirst,
    `the first frame has ${frames[0]?.size} bytes, PeriodStart ${first?.number ?? 'none'}`,
  );
  const gaps = (wanted: number) =>
    frames.flatMap((frame, at) => {
      const before = frames[at - 1];
      return before?.size === wanted && frame.size === wanted ? [frame.atMs - before.atMs] : [];
    });
  judgeGaps('period-slots', gaps(frameSize), slotMs);
  judgeGaps('background', gaps(backgroundFrameSize), backgroundIntervalMs);
  const run = frames.findIndex(({ size }) => size !== frameSize);
  verdicts.judge('period-slots', run < 0 || run <= periodSlots, `${run} frames in a period of ${periodSlots} slots`);

  function judgeGaps(id: MustId, seen: number[], wantedMs: number): void {
    if (seen.length < 3) {
      verdicts.unseen(id, 'too few slots came');
      return;
    }
    const off = seen.filter((gap) => Math.abs(gap - wantedMs) > toleranceMs).length;
    const median = seen.toSorted((a, b) => a - b)[seen.length >> 1] ?? 0;
    const holds = off <= Math.max(1, seen.length / 5) && Math.abs(median - wantedMs) <= toleranceMs / 2;
    verdicts.judge(
      id,
      holds,
      `${off} of ${seen.length} distances differ from ${wantedMs} ms by more than ${toleranceMs} ms, the median is ${median.toFixed(1)}`,
    );
  }
}

export function judgePeriods({ cloud, verdicts }: Stage): void {
  const numbers = cloud.log.periodStarts;
  const fault = numbers.find(
    ({ number }, at) => number < (numbers[at - 1]?.number ?? 1) || number > (numbers[at - 1]?.number ?? 0) + 1,
  );
  verdicts.judge(
    'period-start',
    numbers.length > 0 && fault === undefined,
    `PeriodStart ${fault?.number ?? 'is missing'}`,
  );
  verdicts.judge(
    'seals',
    cloud.fault === undefined && numbers.length > 0,
    cloud.fault?.message ?? 'no sealed message came',
  );
}
