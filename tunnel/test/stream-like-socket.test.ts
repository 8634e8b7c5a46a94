// One script, run on the two ends of a stream and on the two ends of a TCP connection: programs must not see a difference.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, connect as dial, type Socket } from 'node:net';
import { after, test } from 'node:test';
import fc from 'fast-check';
import type { TunnelStream } from '../src/index.ts';
import { connectPair } from './pair.ts';

type Step =
  | { kind: 'write'; end: 0 | 1; bytes: number }
  | { kind: 'end'; end: 0 | 1; bytes: number }
  | { kind: 'destroySoon'; end: 0 | 1 }
  | { kind: 'destroy'; end: 0 | 1 };

/** What a program sees at its end. */
class Witness {
  readonly events: string[] = [];
  readonly received: Buffer[] = [];
  readonly #stream: Socket | TunnelStream;

  constructor(stream: Socket | TunnelStream) {
    this.#stream = stream;
    for (const name of ['end', 'finish', 'timeout']) stream.on(name, () => this.events.push(name));
    stream.on('error', (error: NodeJS.ErrnoException) => this.events.push(`error ${error.code}`));
    stream.on('close', (hadError: boolean) => this.events.push(`close ${hadError}`));
    stream.on('data', (chunk: Buffer) => this.received.push(chunk));
  }

  run(step: Step): void {
    const stream = this.#stream;
    if (stream.destroyed) return;
    if (step.kind === 'destroy') stream.destroy();
    else if (step.kind === 'destroySoon') stream.destroySoon();
    else if (stream.writable && step.kind === 'write') stream.write(pattern(step.bytes));
    else if (stream.writable && step.kind === 'end') stream.end(pattern(step.bytes));
  }

  get report(): { events: string[]; bytes: string; destroyed: boolean } {
    const { destroyed } = this.#stream;
    return { events: this.events, bytes: Buffer.concat(this.received).toString('hex'), destroyed };
  }
}

function pattern(bytes: number): Buffer {
  return Buffer.from(Array.from({ length: bytes }, (_, i) => (i * 7 + bytes) & 0xff));
}

const server = createServer({ allowHalfOpen: true, noDelay: true });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
after(() => server.close());

async function runOnSockets(steps: readonly Step[], allowHalfOpen: boolean): Promise<unknown> {
  const { port } = server.address() as { port: number };
  const client = dial({ port, host: '127.0.0.1', allowHalfOpen, noDelay: true });
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [
    [Socket],
    unknown,
  ];
  const witnesses = [new Witness(client), new Witness(accepted)];
  for (const step of steps) {
    witnesses[step.end]?.run(step);
    // Loopback hands bytes over within the loop's turns; a few turns are enough for end and close to come through.
    for (let turn = 0; turn < 6; turn += 1) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const reports = witnesses.map(({ report }) => structuredClone(report));
  client.destroy();
  accepted.destroy();
  return reports;
}

async function runOnTunnel(steps: readonly Step[], allowHalfOpen: boolean): Promise<unknown> {
  let accepted: TunnelStream | undefined;
  const { time, device } = await connectPair({
    onStream: (stream) => {
      accepted = stream;
    },
  });
  const client = device.open('service', { allowHalfOpen });
  await time.advanceTo(4000);
  assert.ok(accepted);
  const witnesses = [new Witness(client), new Witness(accepted)];
  let nowMs = 4000;
  for (const step of steps) {
    witnesses[step.end]?.run(step);
    nowMs += 5500;
    await time.advanceTo(nowMs);
  }
  const reports = witnesses.map(({ report }) => structuredClone(report));
  await time.advanceTo(nowMs + 90_000);
  const open = steps.some(({ kind }) => kind === 'destroy') ? 0 : device.streams;
  assert.equal(device.streams, open, 'streams that a program destroyed are forgotten');
  return reports;
}

const end = fc.constantFrom(0 as const, 1 as const);
const bytes = fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 9000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('write' as const), end, bytes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('end' as const), end, bytes }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroySoon' as const), end }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('destroy' as const), end }) },
);

test('a stream and a socket show the same bytes and events for a random script', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), fc.boolean(), async (steps, allowHalfOpen) => {
      const script = untilAbandoned(steps);
      assert.deepEqual(await runOnTunnel(script, allowHalfOpen), await runOnSockets(script, allowHalfOpen));
    }),
    { numRuns: 60 },
  );
});

/** Writing to a peer that has gone is left out: when TCP notices depends on timing. */
function untilAbandoned(steps: readonly Step[]): Step[] {
  const first = steps.findIndex(({ kind }) => kind === 'destroy' || kind === 'destroySoon');
  if (first < 0) return [...steps];
  const gone = steps[first]?.end;
  return steps.filter(({ kind, end }, index) => index <= first || end === gone || kind === 'destroy');
}
