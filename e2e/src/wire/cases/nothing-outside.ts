// Invariant 4: nothing leaves outside a slot. Idle tunnels do everything that makes an ordinary stack send at once (opens,
// resets, acknowledgements, credit, ends), all of it quiet: the wire must show the background's grid and nothing else.
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import { auditLink } from '../audit/link-audit.ts';
import { versionOf } from '../audit/session-view.ts';
import { judge, type ScheduleFault } from '../audit/stalls.ts';
import { type Link, withRig } from '../rig/rig.ts';
import { fastPolicy, type WirePolicy } from '../rig/wire-policy.ts';

/** Everything below is quiet; frames of the background are large enough to need credit soon. */
const policy: WirePolicy = { ...fastPolicy, backgroundSize: 960, quietBytes: 60_000, windowMs: 400 };
const DEVICES = 6;
const SECONDS = 10;

export const nothingOutsideCase: Case = {
  name: 'nothing-outside',
  about: 'invariant 4: no record outside slots under opens, resets, acknowledgements, credit and ends',
  waits: true,
  run: async () => {
    const faults = new Faults();
    let frames = 0;
    let slots = 0;
    let skipped = 0;
    let excused = 0;
    let received = 0;
    await withRig({ policies: [policy] }, async (rig) => {
      const links: Link[] = [];
      for (let index = 0; index < DEVICES; index += 1) {
        links.push(await rig.connect(policy.fleet, `device-${index}`, { version: versionOf(index) }));
      }
      const startMs = monotonicMs() + 1500;
      const { device, cloud } = quietWork(links, startMs);
      await rig.plan(device, cloud);
      const untilMs = startMs + SECONDS * 1000;
      await delay(untilMs - monotonicMs() + 300);
      const stalls = await rig.stalls();
      const found: ScheduleFault[] = [];
      for (const link of links) {
        const audit = auditLink(link, policy, { untilMs });
        found.push(...audit.faults);
        slots += audit.slots;
        for (const [name, direction] of Object.entries({ up: audit.up, down: audit.down })) {
          frames += direction.backgroundFrames;
          skipped += direction.skipped;
          const runs = direction.runs.length;
          faults.expect(runs === 1, `${link.device}, ${name}: ${runs} runs, allowed the one after connecting`);
        }
      }
      const verdict = judge(found, stalls, slots);
      excused = verdict.excused;
      received = Number((await rig.devices.request({ do: 'status' })).received);
      faults.list.push(...verdict.faults, ...rig.capture.faults, ...rig.programFaults);
    });
    const expected = (2 * DEVICES * SECONDS * 1000) / policy.backgroundMs;
    faults.expect(frames > 0.9 * expected, `${frames} background frames, expected about ${expected}`);
    // So much came down that credit had to be renewed for it.
    faults.expect(received > 20_000 * DEVICES, `only ${received} bytes came down: credit was not put to the test`);
    return faults.outcome({ frames, skipped, excused, received });
  },
};

function quietWork(links: readonly Link[], startMs: number): { device: JsonObject[]; cloud: JsonObject[] } {
  const device: JsonObject[] = [];
  const cloud: JsonObject[] = [];
  links.forEach(({ device: name }, index) => {
    const at = (seconds: number) => startMs + seconds * 1000 + index * 37;
    const open = (stream: string, service: string, seconds: number) =>
      device.push({ do: 'open', device: name, stream, service, atMs: at(seconds) });
    // A steady flow down, acknowledged and credited upwards, and an echo.
    open('flow', 'manual', 0);
    open('echo', 'echo', 0.2);
    for (let seconds = 1; seconds < SECONDS - 1; seconds += 0.25) {
      cloud.push({ do: 'write', device: name, stream: 0, bytes: 900, atMs: at(seconds) });
      device.push({ do: 'write', device: name, stream: 'echo', bytes: 40, atMs: at(seconds + 0.1) });
    }
    // Streams that are ended, reset, refused by the sidecar, and reset by the service.
    for (let round = 0; round < 4; round += 1) {
      const seconds = 1.5 + 2 * round;
      open(`ended-${round}`, 'echo', seconds);
      device.push({ do: 'write', device: name, stream: `ended-${round}`, bytes: 3, atMs: at(seconds + 0.01) });
      device.push({ do: 'end', device: name, stream: `ended-${round}`, atMs: at(seconds + 0.02) });
      open(`reset-${round}`, 'echo', seconds + 0.4);
      device.push({ do: 'reset', device: name, stream: `reset-${round}`, atMs: at(seconds + 1) });
      open(`unknown-${round}`, 'no-such-service', seconds + 0.6);
      open(`broken-${round}`, 'manual', seconds + 0.8);
      cloud.push({ do: 'end', device: name, stream: 1 + round, how: 'reset', atMs: at(seconds + 1.7) });
    }
  });
  return { device, cloud };
}
