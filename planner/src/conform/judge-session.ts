// Judges what a device did in a good session: its bootstrap, the records of its frames, the slots, the periods.
import type { DeviceFrame } from './device-log.ts';
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
  judgeGrid('period-slots', frameSize, slotMs);
  judgeGrid('background', backgroundFrameSize, backgroundIntervalMs);
  const run = frames.findIndex(({ size }) => size !== frameSize);
  verdicts.judge('period-slots', run < 0 || run <= periodSlots, `${run} frames in a period of ${periodSlots} slots`);

  function judgeGrid(id: MustId, size: number, slotDistanceMs: number): void {
    const off = stretches(frames, size).flatMap((times) => offGrid(times, slotDistanceMs));
    if (off.length < 3) {
      verdicts.unseen(id, 'too few slots came');
      return;
    }
    const late = off.filter((ms) => Math.abs(ms) > toleranceMs).length;
    const saw = `${late} of ${off.length} frames are more than ${toleranceMs} ms off a grid of ${slotDistanceMs} ms`;
    verdicts.judge(id, late <= Math.max(1, off.length / 4), saw);
  }
}

/** Times of frames of that size that follow each other, for each stretch of three or more. */
function stretches(frames: readonly DeviceFrame[], size: number): number[][] {
  const found: number[][] = [[]];
  for (const frame of frames) {
    if (frame.size === size) found.at(-1)?.push(frame.atMs);
    else found.push([]);
  }
  return found.filter((times) => times.length >= 3);
}

/**
 * How far each time is from a grid of that distance, whose phase is the median's, ms: what the network or this machine held
 * back moves one frame, not two distances. The distance itself is judged too: n slots of another length leave the grid.
 */
export function offGrid(times: readonly number[], distanceMs: number): number[] {
  const [first = 0] = times;
  const phases = times.map((time, at) => time - first - at * distanceMs);
  const median = phases.toSorted((a, b) => a - b)[phases.length >> 1] ?? 0;
  return phases.map((phase) => phase - median);
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
