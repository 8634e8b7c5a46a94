// What `quietwire validate` says a policy carries in what time, against whole tunnels on virtual time: messages that come at the
// worst moment, just after the last slot of a run.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, test } from 'node:test';
import { type DirectionCapacity, policyCapacity, toldSizes } from '@quietwire/planner';
import { constantOf, parsePolicyFile, policyParameters, type Role, type ShapingPolicy } from '@quietwire/shaping';
import { renderSamplePolicy } from '../src/local/rig/policy.ts';
import { openLoneTunnel } from '../src/replay/lone-tunnel.ts';

const services = [{ name: 'any', port: 9 }];
const delayMs = 20;

function policyOf(changes: Partial<Parameters<typeof renderSamplePolicy>[0]>): ShapingPolicy {
  const { policies } = parsePolicyFile(renderSamplePolicy({ services, ...changes }), 'policy');
  return policies[0] ?? assert.fail('no policy');
}

/**
 * Seconds from the write of `bytes` until the last has left. They are written just after the last slot of a run that the other
 * end began, and that this end so rests longest after; in ILP at any part of an interval.
 */
async function transferSeconds(
  policy: ShapingPolicy,
  sender: Role,
  bytes: number,
  limitMs: number,
  phase = 0,
): Promise<number> {
  const parameters = policyParameters(policy);
  const { time, streams } = await openLoneTunnel(parameters, delayMs);
  const receiver: Role = sender === 'device' ? 'cloud' : 'device';
  const slotMs = constantOf((sender === 'device' ? parameters.upstream : parameters.downstream).interval);
  streams[sender].resume();
  let lastReadMs = 0;
  let left = bytes;
  streams[receiver].on('data', (data: Buffer) => {
    left -= data.length;
    lastReadMs = time.now();
  });
  let writeMs = Math.ceil(time.now() + phase * slotMs) + 0.5;
  if (parameters.mode === 'STP') {
    const startMs = Math.ceil(writeMs) + 1 + delayMs + parameters.followerOffsetMs;
    time.at(writeMs, () => streams[receiver].write(Buffer.alloc(100)));
    writeMs = startMs + parameters.periodMs - slotMs + 1.5;
  }
  time.at(writeMs, () => streams[sender].write(Buffer.alloc(bytes)));
  await time.advanceTo(writeMs + limitMs);
  assert.equal(left, 0, `${left} of ${bytes} bytes did not come within ${limitMs} ms`);
  return (lastReadMs - delayMs - writeMs) / 1000;
}

const cases: Readonly<Record<string, Partial<Parameters<typeof renderSamplePolicy>[0]>>> = {
  'the sample': {},
  'the sample in ILP': { mode: 'ILP' },
  'small frames': { spec: { frameSize: 200, upstream: { interval: { constant: '50ms' } } } },
  'runs of one period': { spec: { longestRun: 1, cover: { objective: { adversaryConfidence: 0.2 }, durations: {} } } },
  'fast slots': {
    spec: { upstream: { interval: { constant: '20ms' } }, downstream: { interval: { constant: '20ms' } } },
  },
};

suite('what a policy carries', { concurrency: 2 }, () => {
  for (const [name, changes] of Object.entries(cases)) {
    test(`${name}: no message takes longer than is said, and none much less`, async () => {
      const policy = policyOf(changes);
      const capacity = policyCapacity(policy);
      for (const [size, bytes] of Object.entries(toldSizes) as [keyof typeof toldSizes, number][]) {
        for (const [sender, said] of [
          ['device', capacity.upstream],
          ['cloud', capacity.downstream],
        ] as const) {
          const worst = said.worstSeconds[size];
          const phases = policy.spec.mode === 'ILP' ? [0, 0.2, 0.4, 0.6, 0.8] : [0];
          const all = phases.map((phase) => transferSeconds(policy, sender, bytes, 1000 * worst + 5000, phase));
          const seconds = Math.max(...(await Promise.all(all)));
          const text = `${size} from the ${sender}: ${seconds} s, said ${worst} s`;
          assert.ok(seconds <= worst, text);
          assert.ok(seconds >= 0.9 * worst, text);
        }
      }
    });
  }

  test('the largest message within 1.5 keep alives is one that just does it', async () => {
    const policy = policyOf({});
    const { largestByKeepAlive } = policyCapacity(policy).upstream;
    const most = largestByKeepAlive['5'] ?? 0;
    assert.ok((await transferSeconds(policy, 'device', most, 20_000)) <= 7.5);
    assert.ok((await transferSeconds(policy, 'device', Math.ceil(1.05 * most), 20_000)) > 7.5);
    // The message that reconnected for ever: 800 kB at a keep alive of 5 s. It needs one of a minute.
    assert.ok(most < 800_000 && (largestByKeepAlive['60'] ?? 0) > 800_000);
  });

  test('the page has the figures of the sample', () => {
    const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
    const capacity = policyCapacity(policyOf({}));
    for (const [direction, { bytesPerSecond, worstSeconds }] of Object.entries<DirectionCapacity>({ ...capacity })) {
      const three = (value: number): number => Number(value.toPrecision(3));
      const times = Object.values<number>(worstSeconds).map((seconds) => `${three(seconds)} s`);
      const row = `| ${direction} | ${three(bytesPerSecond / 1000)} kB/s | ${times.join(' | ')} |`;
      assert.ok(page.includes(row), row);
    }
  });
});
