// Specs of policies, good and bad, with the paths of the faults that the schema and its rules find in them. The same list was
// applied to a Kubernetes 1.34 API server: it accepted and refused the same ones, and named the same paths but for three, where
// it stops at unknown fields or says more of a duration that is none. The five cases of shared ports and identities came later and
// were not.
import { slotCases } from './policy-slot-cases.ts';

export interface PolicyCase {
  readonly name: string;
  /** Merged into the sample's spec; null removes a field. */
  readonly change: Readonly<Record<string, unknown>>;
  /** Paths below spec, sorted. */
  readonly faults: readonly string[];
}

/** The policy of the first page of the documentation. */
export const sampleSpec = {
  fleet: 'smart-plug',
  workloadSelector: { matchLabels: { app: 'plug-broker' } },
  services: [{ name: 'mqtt', port: 1883, proxyProtocol: 'V2' }],
  mode: 'STP',
  frameSize: 1024,
  period: '5s',
  upstream: { interval: { constant: '100ms' } },
  downstream: { interval: { constant: '50ms' } },
  background: { interval: { constant: '2s' }, frameSize: 128 },
  cover: { objective: { adversaryConfidence: 0.2 } },
  activity: { perDay: 24, quietBytes: 4, window: '1s' },
} as const;

const longName = { services: [service('n'.repeat(63), 1)] };

export const policyCases: readonly PolicyCase[] = [
  { name: 'the sample', change: {}, faults: [] },
  { name: 'only what must be there', change: minimal(), faults: [] },
  { name: 'a longest run of one period', change: { longestRun: 1 }, faults: [] },
  { name: 'fast slots at their bounds', change: fast('80ms', '500ms'), faults: [] },
  { name: 'background in the rest', change: fast('80ms', '180ms'), faults: ['background.interval'] },
  {
    name: 'background whose first slot after a run lies in the rest',
    change: fast('80ms', '199ms'),
    faults: ['background.interval'],
  },
  { name: 'background as soon as the rest is over', change: fast('80ms', '200ms'), faults: [] },
  {
    name: 'background that does not count the distance of slow slots',
    change: { background: { interval: { constant: '799ms' } } },
    faults: ['background.interval'],
  },
  {
    name: 'background as soon as the rest after slow slots is over',
    change: { background: { interval: { constant: '800ms' } } },
    faults: [],
  },
  { name: 'a lead above a quarter of the period', change: fast('110ms', '500ms'), faults: ['period'] },
  { name: 'no fleet and no services', change: { fleet: null, services: null }, faults: ['fleet', 'services'] },
  { name: 'no service', change: { services: [] }, faults: ['services'] },
  { name: 'a fleet with a slash', change: { fleet: 'plug/2' }, faults: ['fleet'] },
  { name: 'a fleet with capitals and too long', change: { fleet: 'P'.repeat(64) }, faults: ['fleet'] },
  {
    name: 'two services of one name',
    change: { services: [service('a', 1), service('a', 2)] },
    faults: ['services[1]'],
  },
  {
    name: 'ports out of range',
    change: { services: [service('a', 0), service('b', 65_536)] },
    faults: ['services[0].port', 'services[1].port'],
  },
  { name: 'a service without a port', change: { services: [{ name: 'a' }] }, faults: ['services[0].port'] },
  {
    name: 'PROXY protocol V1',
    change: { services: [{ ...service('a', 1), proxyProtocol: 'V1' }] },
    faults: ['services[0].proxyProtocol'],
  },
  {
    name: 'one port with a PROXY header and without',
    change: { services: [proxied('a', 1), service('b', 1)] },
    faults: ['services'],
  },
  {
    name: 'one port under two identities',
    change: { services: [proxied('a', 1), service('b', 2), { ...proxied('c', 1), identity: 'Device' }] },
    faults: ['services'],
  },
  {
    name: 'one port under two names alike',
    change: { services: [proxied('a', 1), proxied('b', 1), { ...service('c', 2), identity: 'Device' }] },
    faults: [],
  },
  {
    name: 'sixteen services of ports of their own',
    change: { services: Array.from({ length: 16 }, (_, index) => proxied(`s${index}`, index + 1)) },
    faults: [],
  },
  {
    name: 'an unknown identity',
    change: { services: [{ ...proxied('a', 1), identity: 'Fleet' }] },
    faults: ['services[0].identity'],
  },
  { name: 'an unknown mode', change: { mode: 'stp' }, faults: ['mode'] },
  { name: 'numbers as text', change: { frameSize: '1024', longestRun: '64' }, faults: ['frameSize', 'longestRun'] },
  { name: 'a frame size with a fraction', change: { frameSize: 100.5 }, faults: ['frameSize'] },
  {
    name: 'frame sizes out of range',
    change: { frameSize: 63, background: { frameSize: 16_001 } },
    faults: ['background.frameSize', 'frameSize'],
  },
  {
    name: 'frames of 63 + 55 bytes, which open a stream to the longest name',
    change: { ...longName, frameSize: 118, background: { frameSize: 118 } },
    faults: [],
  },
  {
    name: 'frames that cannot open a stream to the longest name',
    change: { ...longName, frameSize: 117, background: { frameSize: 117 } },
    faults: ['background.frameSize', 'frameSize'],
  },
  { name: 'the smallest frames, and a name of 9 bytes', change: small('x'.repeat(9)), faults: [] },
  {
    name: 'the smallest frames, and a name of 10 bytes',
    change: small('x'.repeat(10)),
    faults: ['background.frameSize', 'frameSize'],
  },
  {
    name: 'a small background in mode ILP, which has none',
    change: { ...longName, mode: 'ILP', frameSize: 70, background: { frameSize: 64 } },
    faults: [],
  },
  {
    name: 'frames in mode ILP that cannot open a stream to the longest name',
    change: { ...longName, mode: 'ILP', frameSize: 69 },
    faults: ['frameSize'],
  },
  { name: 'durations without units or with signs', change: { period: '5', lead: '-1s' }, faults: ['lead', 'period'] },
  { name: 'a duration with a fraction', change: { lead: '0.5s' }, faults: ['lead'] },
  { name: 'a duration as a number', change: { period: 5 }, faults: ['period'] },
  { name: 'durations in several units', change: { period: '4s1000ms', activity: { hold: '1m1s' } }, faults: [] },
  { name: 'a period out of range', change: { period: '11m' }, faults: ['period'] },
  { name: 'a period of no whole slots', change: { period: '5070ms' }, faults: ['period'] },
  {
    name: 'a period of no whole downstream slots',
    change: { period: '5s', downstream: { interval: { constant: '30ms' } } },
    faults: ['period'],
  },
  { name: 'a period of no whole slots in mode ILP', change: { period: '5070ms', mode: 'ILP' }, faults: [] },
  {
    name: 'slots that are too short',
    change: { upstream: { interval: { constant: '10ms' } }, downstream: { interval: { constant: '0s' } } },
    faults: ['downstream.interval.constant', 'upstream.interval.constant'],
  },
  { name: 'a lead of less than two slots', change: { lead: '199ms' }, faults: ['lead'] },
  {
    name: 'drawn background',
    change: { background: { interval: { exponential: { mean: '2s' } } } },
    faults: ['background.interval.constant', 'background.interval.exponential'],
  },
  {
    name: 'a hold shorter than lead and rest',
    change: { activity: { hold: '699ms' } },
    faults: ['activity.hold'],
  },
  { name: 'a hold of lead and rest', change: { activity: { hold: '700ms' } }, faults: [] },
  {
    name: 'a hold shorter than lead and the least rest',
    change: { ...fast('80ms', '500ms'), activity: { hold: '179ms' } },
    faults: ['activity.hold'],
  },
  {
    name: 'a hold of lead and the least rest',
    change: { ...fast('80ms', '500ms'), activity: { hold: '180ms' } },
    faults: [],
  },
  {
    name: 'a short hold in mode ILP, which has no rests',
    change: { mode: 'ILP', activity: { hold: '1ms' } },
    faults: [],
  },
  {
    name: 'quiet bytes beyond what a device can be told',
    change: { activity: { quietBytes: 65_536 } },
    faults: ['activity.quietBytes'],
  },
  { name: 'two objectives', change: { cover: { objective: { probability: 0.2 } } }, faults: ['cover.objective'] },
  { name: 'no objective of its own', change: { cover: { objective: null } }, faults: [] },
  {
    name: 'an empty objective',
    change: { cover: { objective: { adversaryConfidence: null } } },
    faults: ['cover.objective'],
  },
  {
    name: 'objectives out of range',
    change: { cover: { objective: { adversaryConfidence: 1.1 } } },
    faults: ['cover.objective.adversaryConfidence'],
  },
  {
    name: 'nothing where there must be something',
    change: { activity: { perDay: 0 }, cover: { objective: { adversaryConfidence: 0 } } },
    faults: ['activity.perDay', 'cover.objective.adversaryConfidence'],
  },
  {
    name: 'a knee that is none',
    change: { cover: { objective: { adversaryConfidence: null, knee: false } } },
    faults: ['cover.objective.knee'],
  },
  { name: 'two cover models', change: { cover: { model: { poisson: {}, ghosts: {} } } }, faults: ['cover.model'] },
  { name: 'durations', change: { cover: { durations: { device: [50, 30, 20, 4], cloud: [200, 9] } } }, faults: [] },
  {
    name: 'durations that are no counts',
    change: { cover: { durations: { device: [0.5, -1] } } },
    faults: ['cover.durations.device[0]', 'cover.durations.device[1]'],
  },
  {
    name: 'durations of runs longer than the longest',
    change: { longestRun: 4, cover: { durations: { device: [1, 2, 3], cloud: [1, 2, 3, 4] } } },
    faults: ['cover.durations.cloud'],
  },
  {
    name: 'durations of more than one period where no run is longer',
    change: { longestRun: 1, cover: { durations: { device: [1, 2] } } },
    faults: ['cover.durations.device'],
  },
  {
    name: 'durations of the longest runs of all',
    change: { longestRun: 1024, cover: { durations: { device: Array.from({ length: 11 }, () => 9) } } },
    faults: [],
  },
  { name: 'a longest run that is no power of two', change: { longestRun: 48 }, faults: ['longestRun'] },
  { name: 'no way to prove oneself', change: { authentication: { groupKeys: false } }, faults: ['authentication'] },
  { name: 'certificates only', change: { authentication: { groupKeys: false, clientCertificate: {} } }, faults: [] },
  {
    name: 'unknown fields',
    change: { colour: 'red', cover: { modle: {} }, services: [{ ...service('a', 1), tls: true }] },
    faults: ['colour', 'cover.modle', 'services[0].tls'],
  },
  { name: 'shapes', change: { shapes: [kind('video'), kind('voice')] }, faults: [] },
  { name: 'shapes of one name', change: { shapes: [kind('video'), kind('video')] }, faults: ['shapes[1]'] },
  {
    name: 'two forms of a shape',
    change: { shape: { constant: {}, trace: { samplesRef: { name: 'a' } } } },
    faults: ['shape'],
  },
  {
    name: 'three faults',
    change: { frameSize: 12, cover: { deviceShare: 2 }, colour: 'red' },
    faults: ['colour', 'cover.deviceShare', 'frameSize'],
  },
  ...slotCases,
];

/** The sample's spec with a change merged in. */
export function changedSpec(change: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return merge(sampleSpec, change);
}

function merge(
  base: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(change)) {
    const old = result[name];
    if (value === null) delete result[name];
    else if (isRecord(old) && isRecord(value) && !replaced.has(name)) result[name] = merge(old, value);
    else result[name] = value;
  }
  return result;
}

/** Distributions are replaced as wholes. */
const replaced = new Set(['interval', 'size']);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function minimal(): Record<string, unknown> {
  const names = [
    'workloadSelector',
    'mode',
    'frameSize',
    'period',
    'upstream',
    'downstream',
    'background',
    'cover',
    'activity',
  ];
  return Object.fromEntries(names.map((name) => [name, null]));
}

function fast(lead: string, background: string): Record<string, unknown> {
  const slots = { interval: { constant: '20ms' } };
  return {
    period: '400ms',
    lead,
    upstream: slots,
    downstream: slots,
    background: { interval: { constant: background } },
  };
}

function proxied(name: string, port: number): Record<string, unknown> {
  return { ...service(name, port), proxyProtocol: 'V2' };
}

function service(name: string, port: number): Record<string, unknown> {
  return { name, port };
}

/** The smallest frames of both kinds. */
function small(name: string): Record<string, unknown> {
  return { services: [service(name, 1)], frameSize: 64, background: { frameSize: 64 } };
}

function kind(name: string): Record<string, unknown> {
  return { name, upstream: { interval: '20ms', size: 512 }, downstream: { interval: '20ms' } };
}
