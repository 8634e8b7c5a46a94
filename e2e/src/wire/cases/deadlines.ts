// Invariant 3: slots lie on an absolute grid, and what a frame carries does not move it, nor what the neighbours' frames
// carry. Tunnels with slots for ever switch between payload and nothing at random, and so do up to 200 neighbours; times are the
// kernel's where it can be asked.
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from '@quietwire/shaping';
import { type Case, Faults } from '../../harness/cases.ts';
import type { JsonObject } from '../../harness/child-program.ts';
import { monotonicMs } from '../../harness/command-loop.ts';
import type { FeatureBlock } from '../audit/bayes.ts';
import { auditGrid } from '../audit/grid.ts';
import { compareFrames } from '../audit/indistinct.ts';
import { viewSession } from '../audit/session-view.ts';
import { quantile } from '../audit/statistics.ts';
import { measureSourceJitter } from '../capture/source-jitter.ts';
import type { Direction } from '../capture/wire-record.ts';
import { tunnelsKept } from '../rig/machine-load.ts';
import { type Link, type Rig, withRig } from '../rig/rig.ts';
import { constantPolicy, type WirePolicy } from '../rig/wire-policy.ts';

const observed: WirePolicy = { ...constantPolicy, fleet: 'observed' };
const neighbour: WirePolicy = { ...constantPolicy, fleet: 'neighbour', slotMs: { up: 200, down: 200 } };
const OBSERVED = 12;
/** Or as many as the machine keeps: one that is too slow for them is late for everybody. */
const NEIGHBOURS = 200;
const SECONDS = 26;
const BLOCK_MS = 500;
/** At a block's beginning the old queue drains and the new one builds up: frames of that time have no label. */
const UNCERTAIN_MS = 120;
const PAYLOAD = observed.frameSize - 7;
/** The sum of all neighbours' work may show a little in a tunnel's lateness, as any load of a machine does. */
const LOAD_MARGIN = 0.06;
/** The planted shift, µs. */
const PLANT_US = 100;

/** What a block's frames carry, of the observed tunnels and of the neighbours. */
interface BlockState {
  readonly startMs: number;
  /** By observed tunnel: what one carries must not show in its own frames; the others' is the machine's noise. */
  readonly payload: readonly boolean[];
  readonly busy: boolean;
}

export const deadlinesCase: Case = {
  name: 'deadlines',
  about: 'invariant 3: absolute slots; payload, cover and busy neighbours leave the same microseconds',
  run: async (context) => {
    const faults = new Faults();
    const neighbours = await tunnelsKept(context.number('connections') ?? NEIGHBOURS);
    const jitter = await measureSourceJitter('microseconds');
    const figures: Record<string, number | string> = {
      neighbours,
      source: jitter.source,
      jitter_p50_us: jitter.p50Us,
      jitter_p99_us: jitter.p99Us,
    };
    await withRig({ policies: [observed, neighbour], exactness: 'microseconds' }, async (rig) => {
      const links = await connectAll(rig, neighbours);
      const blocks = await play(rig, links.length, context.number('seconds') ?? SECONDS);
      for (const direction of ['up', 'down'] as const) {
        const frames = links
          .slice(0, OBSERVED)
          .flatMap((link, index) => framesOf(link, index, direction, blocks, faults));
        const lateness = frames.map(({ latenessMs }) => latenessMs);
        figures[`late_p50_${direction}_ms`] = quantile(lateness, 0.5);
        figures[`late_p99_${direction}_ms`] = quantile(lateness, 0.99);
        const compare = (of: 'payload' | 'busy', name: string, margin: number) => {
          const likeness = compareFrames(blocksOf(frames, of, false), blocksOf(frames, of, true), {
            name: `${direction}, frames without and with ${name}`,
            plant: PLANT_US,
            margin,
            accuracyLimit: margin + 0.02,
          });
          faults.list.push(...likeness.faults);
          figures[`auc_${of}_${direction}`] = likeness.separation.value;
          figures[`accuracy_${of}_${direction}`] = likeness.accuracy?.value ?? 0;
          figures[`accuracy_high_${of}_${direction}`] = likeness.accuracy?.high ?? 0;
          figures[`planted_${of}_${direction}`] = likeness.planted.separation.value;
        };
        compare('payload', 'payload', 0.04);
        compare('busy', 'busy neighbours', LOAD_MARGIN);
        figures[`frames_${direction}`] = frames.length;
      }
      faults.list.push(...rig.capture.faults, ...rig.programFaults);
    });
    return faults.outcome(figures);
  },
};

async function connectAll(rig: Rig, neighbours: number): Promise<Link[]> {
  const links: Link[] = [];
  for (let index = 0; index < OBSERVED + neighbours; index += 1) {
    const fleet = index < OBSERVED ? observed.fleet : neighbour.fleet;
    links.push(await rig.connect(fleet, `device-${index}`));
  }
  const names = links.map(({ device }) => device);
  await rig.open(names.slice(0, OBSERVED), 'manual');
  await rig.open(names.slice(OBSERVED), 'echo');
  return links;
}

/** Payload and neighbours are switched at random, each by itself, so that no drift of the machine can stand for either. */
async function play(rig: Rig, count: number, seconds: number): Promise<BlockState[]> {
  const random = seededRandom('deadlines');
  const startMs = monotonicMs() + 1500;
  const blocks: BlockState[] = [];
  const [device, cloud]: [JsonObject[], JsonObject[]] = [[], []];
  const frames = Math.floor(BLOCK_MS / observed.slotMs.up);
  for (let atMs = startMs; atMs < startMs + seconds * 1000; atMs += BLOCK_MS) {
    const payload = Array.from({ length: OBSERVED }, () => random.next() < 0.5);
    const state = { startMs: atMs, payload, busy: random.next() < 0.5 };
    blocks.push(state);
    for (let index = 0; index < count; index += 1) {
      const name = `device-${index}`;
      if (index < OBSERVED && payload[index]) {
        device.push({ do: 'write', device: name, stream: 'a', bytes: (frames - 3) * PAYLOAD, atMs });
        cloud.push({ do: 'write', device: name, bytes: (frames - 3) * PAYLOAD, atMs });
      }
      const share = BLOCK_MS / neighbour.slotMs.up;
      if (index >= OBSERVED && state.busy) {
        device.push({ do: 'write', device: name, stream: 'a', bytes: Math.floor(share * PAYLOAD * 0.8), atMs });
      }
    }
  }
  await rig.plan(device, cloud);
  await delay(startMs + seconds * 1000 + 400 - monotonicMs());
  return blocks;
}

interface ObservedFrame {
  readonly payload: boolean;
  readonly busy: boolean;
  /** Which block: the tunnels share the machine's noise in it, so the two halves of the classifier must not share blocks. */
  readonly block: number;
  readonly latenessMs: number;
  /** µs: lateness against the tunnel's median, its change from the frame before, time since the last opposite frame. */
  readonly features: readonly number[];
}

function framesOf(
  link: Link,
  tunnel: number,
  direction: Direction,
  blocks: readonly BlockState[],
  faults: Faults,
): ObservedFrame[] {
  const view = viewSession(link.capture, link.version);
  const times = view[direction].session.map(({ atMs }) => atMs);
  const opposite = view[direction === 'up' ? 'down' : 'up'].session.map(({ atMs }) => atMs);
  const grid = auditGrid(times, observed.slotMs[direction]);
  const where = `${link.device}, ${direction}`;
  faults.expect(Math.abs(grid.driftMs) <= 3, `${where}: the grid drifts by ${grid.driftMs.toFixed(2)} ms`);
  const typical = quantile(grid.latenessMs, 0.5);
  faults.expect(typical <= 2, `${where}: frames are ${typical.toFixed(2)} ms late in the median, allowed 2`);
  faults.expect(grid.doubled <= times.length / 100, `${where}: ${grid.doubled} slots have two frames`);
  const startMs = blocks[0]?.startMs ?? 0;
  let other = 0;
  return times.flatMap((atMs, index) => {
    while (other < opposite.length && (opposite[other] ?? 0) < atMs) other += 1;
    const block = blocks[Math.floor((atMs - startMs) / BLOCK_MS)];
    if (block === undefined || atMs < block.startMs + UNCERTAIN_MS || index === 0) return [];
    if (atMs > block.startMs + BLOCK_MS - UNCERTAIN_MS / 2) return [];
    const late = grid.latenessMs[index] ?? 0;
    const before = grid.latenessMs[index - 1] ?? 0;
    const lag = atMs - (opposite[other - 1] ?? atMs);
    const features = [late - typical, late - before, lag].map((ms) => Math.round(ms * 1000));
    return [
      {
        payload: block.payload[tunnel] === true,
        busy: block.busy,
        block: block.startMs,
        latenessMs: late,
        features,
      },
    ];
  });
}

/** Frames by block, those in which `of` was so. Blocks come in the order of time, whether `of` was ever so in them or not. */
function blocksOf(frames: readonly ObservedFrame[], of: 'payload' | 'busy', so: boolean): FeatureBlock[] {
  const blocks = Map.groupBy(frames, ({ block }) => block);
  const inOrder = [...blocks].sort(([one], [other]) => one - other).map(([, inBlock]) => inBlock);
  return inOrder.map((inBlock) => inBlock.filter((frame) => frame[of] === so).map(({ features }) => features));
}
