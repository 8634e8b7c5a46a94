// Whether the time to the answer to HELLO tells which fleets a sidecar knows and how many keys they have (threat model: it
// must not). Measured where an observer would like to stand: inside the process, without TLS and network, cases in random order.
import { randomBytes } from 'node:crypto';
import { CloudBootstrap, DeviceBootstrap, deriveDeviceKey, FrameReader } from '@quietwire/proto';
import type { GroupKeys } from '../../../sidecar/src/keys/group-keys.ts';
import { KeyRing } from '../../../sidecar/src/keys/key-ring.ts';
import { revokedList } from '../../../sidecar/src/keys/revoked-list.ts';
import { type Bench, limitResult, median } from './result.ts';

const WARM = 3000;
const TRIES = 50;
const DECISIONS = 400;
/** Right by chance is 0.5; 2 × 200 coins are right in 0.6 and more of the cases once in 30,000 times. */
const AT_MOST = 0.6;

const key = randomBytes(32);
const other = randomBytes(32);
const fleets = new Map<string, GroupKeys>([
  ['one', { primary: key, secondary: undefined, revoked: revokedList(['lost']) }],
  ['two', { primary: key, secondary: other, revoked: revokedList(['lost']) }],
]);

const cases = {
  unknown: { fleet: 'nix', deviceId: 'plug', groupKey: key },
  oneKey: { fleet: 'one', deviceId: 'plug', groupKey: key },
  twoKeys: { fleet: 'two', deviceId: 'plug', groupKey: other },
  wrongKey: { fleet: 'two', deviceId: 'plug', groupKey: Buffer.alloc(32, 5) },
  revoked: { fleet: 'two', deviceId: 'lost', groupKey: key },
} as const;
type Case = keyof typeof cases;
const names = Object.keys(cases) as Case[];

export const fleetTiming: Bench = {
  name: 'fleets',
  about: 'share of decisions of 50 HELLOs each that tell a known fleet from an unknown one by the time to the answer',
  run: async (_site, scale) => {
    const rounds = Math.round((TRIES * DECISIONS * (scale.seconds ?? 8)) / 8);
    const times = measure(rounds);
    return names
      .filter((name) => name !== 'unknown')
      .map((name) =>
        limitResult(`fleets-${name}`, '', decisionsRight(times.unknown, times[name]), { atMost: AT_MOST }),
      );
  },
};

function measure(rounds: number): Record<Case, number[]> {
  const ring = new KeyRing(fleets);
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Case, number[]>;
  const hellos = Object.fromEntries(names.map((name) => [name, helloOf(cases[name])])) as Record<Case, HelloFrame>;
  for (let round = -WARM; round < rounds; round += 1) {
    for (const name of shuffled(names)) {
      const cloud = new CloudBootstrap({
        nonce: randomBytes(32),
        aeads: ['AES-256-GCM'],
        binding: () => binding,
        lookup: (fleet, deviceId, keyId) => ring.lookup(fleet, deviceId, keyId),
        parameters: () => ({ refuse: 'BUSY' }),
      });
      const [type, body] = hellos[name];
      const startMs = performance.now();
      cloud.receive(type, body);
      if (round >= 0) times[name].push((performance.now() - startMs) * 1000);
    }
  }
  return times;
}

/**
 * Learns from the first half of the times which median of 50 parts the two best, and tells how many medians of the second half
 * are put right.
 */
function decisionsRight(unknown: readonly number[], known: readonly number[]): number {
  const groups = (times: readonly number[]): number[] =>
    Array.from({ length: Math.floor(times.length / TRIES) }, (_, at) =>
      median(times.slice(at * TRIES, (at + 1) * TRIES)),
    );
  // Even groups teach, odd ones are asked: a machine that drifts treats both alike.
  const half = (values: readonly number[], rest: number): number[] => values.filter((_, at) => at % 2 === rest);
  const [unknownGroups, knownGroups] = [groups(unknown), groups(known)];
  const threshold = (median(half(unknownGroups, 0)) + median(half(knownGroups, 0))) / 2;
  const longer = median(half(knownGroups, 0)) >= median(half(unknownGroups, 0));
  const right = [
    ...half(unknownGroups, 1).map((time) => time > threshold !== longer),
    ...half(knownGroups, 1).map((time) => time > threshold === longer),
  ];
  return right.filter(Boolean).length / right.length;
}

type HelloFrame = readonly [type: number, body: Uint8Array];
const binding = randomBytes(32);

function helloOf({ fleet, deviceId, groupKey }: (typeof cases)[Case]): HelloFrame {
  const device = new DeviceBootstrap({
    fleet,
    deviceId,
    deviceKey: deriveDeviceKey(groupKey, deviceId),
    nonce: randomBytes(32),
    binding: { kind: 'EXPORTER', value: binding },
    aeads: ['AES-256-GCM'],
    maxFrame: 16_000,
    profile: 'FULL',
  });
  let found: HelloFrame | undefined;
  const ignore = (): void => {};
  const visitor = {
    bootstrap: (type: number, body: Uint8Array) => {
      found = [type, body.slice()];
    },
    ...{ cover: ignore, open: ignore, reset: ignore, streamCredit: ignore, tunnelCredit: ignore },
    ...{ ack: ignore, control: ignore, stream: ignore },
  };
  new FrameReader(visitor, { maxFrame: 0, bootstrap: true }).push(device.hello());
  if (found === undefined) throw new Error('no HELLO');
  return found;
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  const left = [...items];
  return items.map(() => left.splice(Math.floor(Math.random() * left.length), 1)[0] as Item);
}
