// parameters.json and the message and seal parts of errors.json (SPEC 18).
import { encodeChallenge, encodeHello, encodeProof } from '../../src/bootstrap-codec.ts';
import { ControlSealer, fragmentControl } from '../../src/control.ts';
import { encodeControl } from '../../src/control-codec.ts';
import { quietwire } from '../../src/generated/messages.js';
import type { Aead, Distribution, Hello, Parameters } from '../../src/messages.ts';
import { parametersFit } from '../../src/parameters-codec.ts';
import { toHex } from './frame-builder.ts';
import { counted, ilpParameters, sampleDevice, sampleDeviceNonce, sampleFleet, stpParameters } from './samples.ts';

const wire = quietwire.v1;

const laws: Distribution[] = [
  { kind: 'constant', value: 20 },
  { kind: 'uniform', low: 20, high: 60.5, min: 20, max: 60000 },
  { kind: 'normal', mean: 100, deviation: 12.5, min: 50, max: 200 },
  { kind: 'exponential', mean: 250, min: 20, max: 2000 },
  { kind: 'lognormal', median: 90, sigma: 0.5, min: 20, max: 1000 },
  { kind: 'empirical', values: [20, 97.5, 300], weights: [3, 1, 0], min: 20, max: 60000 },
  { kind: 'spline', samples: [20, 40, 45, 400], min: 20, max: 60000 },
];

/** Parameters beside the bytes of a Control that holds them. */
export function parameterVectors(): unknown[] {
  const vector = (name: string, parameters: Parameters): unknown => ({
    name,
    parameters,
    control: toHex(encodeControl({ parameters })),
    bytesLeftInAccept: parametersFit(parameters),
  });
  const drawn = laws.map((interval) => vector(`ILP, ${interval.kind}`, { ...ilpParameters, upstream: { interval } }));
  return [vector('STP', stpParameters), vector('ILP', ilpParameters), ...drawn];
}

interface MessageError {
  name: string;
  message: 'Hello' | 'Challenge' | 'Proof' | 'Accept' | 'Refuse' | 'Control';
  hex: string;
  error: string;
}

export function messageErrors(): MessageError[] {
  const hello: Hello = {
    nonce: sampleDeviceNonce,
    fleet: sampleFleet,
    deviceId: sampleDevice,
    keyId: counted(1, 8),
    binding: 'EXPORTER',
    aeads: ['AES-256-GCM'],
    maxFrame: 1024,
    profile: 'FULL',
    extensions: [],
  };
  const whole = wire.Hello.decode(encodeHello(hello));
  const bad = (name: string, change: Partial<quietwire.v1.Hello.$Properties>): MessageError => {
    const properties: quietwire.v1.Hello.$Properties = { ...whole, ...change };
    return malformed(name, 'Hello', wire.Hello.encode(properties).finish());
  };
  const malformed = (name: string, message: MessageError['message'], bytes: Uint8Array): MessageError => ({
    name,
    message,
    hex: toHex(bytes),
    error: 'MALFORMED_MESSAGE',
  });
  const wireParameters = wire.Control.decode(encodeControl({ parameters: stpParameters })).parameters ?? {};
  const badParameters = (name: string, change: Partial<quietwire.v1.Parameters.$Properties>): MessageError => {
    const parameters: quietwire.v1.Parameters.$Properties = { ...wireParameters, ...change };
    return malformed(name, 'Control', wire.Control.encode({ parameters }).finish());
  };
  const ilp = wire.Control.decode(encodeControl({ parameters: ilpParameters })).parameters ?? {};
  const badIlp = (name: string, change: Partial<quietwire.v1.Parameters.$Properties>): MessageError =>
    malformed(name, 'Control', wire.Control.encode({ parameters: { ...ilp, ...change } }).finish());
  const challenge = encodeChallenge({ nonce: counted(0), aead: 'AES-256-GCM', extensions: [] });
  const proof = encodeProof({ mac: counted(0) });
  return [
    malformed('empty HELLO', 'Hello', new Uint8Array(0)),
    malformed('cut HELLO', 'Hello', encodeHello(hello).subarray(0, 20)),
    bad('nonce of 31', { nonce: counted(0, 31) }),
    bad('no fleet', { fleet: '' }),
    bad('fleet with a slash', { fleet: '../etc' }),
    bad('fleet of 64', { fleet: 'f'.repeat(64) }),
    bad('no device id', { deviceId: '' }),
    bad('device id with a line end', { deviceId: 'plug\n1' }),
    bad('device id of 129', { deviceId: 'd'.repeat(129) }),
    bad('key id of 7', { keyId: counted(0, 7) }),
    bad('unknown binding', { binding: 3 as quietwire.v1.Binding }),
    bad('nine AEADs', { aeads: Array.from({ length: 9 }, () => 1) }),
    bad('max_frame of 511', { maxFrame: 511 }),
    bad('max_frame of 16001', { maxFrame: 16_001 }),
    bad('17 extensions', { extensions: Array.from({ length: 17 }, (_, type) => ({ type, value: counted(0, 1) })) }),
    malformed('CHALLENGE with an unknown AEAD', 'Challenge', Uint8Array.from([...challenge, 0x10, 9])),
    malformed('CHALLENGE without nonce', 'Challenge', challenge.subarray(34)),
    malformed('PROOF of 31', 'Proof', wire.Proof.encode({ mac: counted(0, 31) }).finish()),
    malformed('PROOF with a field that is cut', 'Proof', Uint8Array.from([...proof, 0x12, 9])),
    malformed('ACCEPT without parameters', 'Accept', wire.Accept.encode({ mac: counted(0) }).finish()),
    malformed('REFUSE of another wire type', 'Refuse', Uint8Array.of(0x0f)),
    malformed('period 0', 'Control', Uint8Array.of(0x0a, 4, 0x10, 1, 0x18, 1)),
    malformed('last stream of 65536', 'Control', wire.Control.encode({ goaway: { lastStream: 65_536 } }).finish()),
    malformed('groups nested too deep', 'Control', new Uint8Array(400).fill(0x7b)),
    badParameters('version 0', { version: 0 }),
    badParameters('unknown mode', { mode: 3 as quietwire.v1.Mode }),
    badParameters('frame of 63', { frameSize: 63 }),
    badParameters('slots of 19 ms', { upstream: { interval: { constant: 19 } } }),
    badParameters('slots that do not divide the period', { upstream: { interval: { constant: 30 } } }),
    badParameters('slots of NaN', { upstream: { interval: { constant: Number.NaN } } }),
    badParameters('drawn slots in STP', { upstream: { interval: { exponentialMean: 100 } } }),
    badParameters('a size in STP that is not the frame size', {
      upstream: { interval: { constant: 100 }, size: { constant: 512 } },
    }),
    badParameters('drawn sizes in STP', {
      upstream: { interval: { constant: 100 }, size: { uniform: { low: 1024, high: 1024 } } },
    }),
    badParameters('no downstream', { downstream: null }),
    badParameters('interval of no kind', { downstream: { interval: { min: 20 } } }),
    badParameters('period below four leads', { leadMs: 1251 }),
    badParameters('background within rest and lead', { backgroundIntervalMs: 700 }),
    badParameters('a first background slot in the rest of a follower', { backgroundIntervalMs: 799 }),
    badParameters('hold shorter than rest and lead', { holdMs: 699 }),
    badParameters('longest run of 3', { longestRun: 3 }),
    badParameters('more classes than the longest run has', { longestRun: 8 }),
    badParameters('cover without durations', { deviceDurations: [] }),
    badParameters('negative weight', { deviceDurations: [2, -1] }),
    badParameters('infinite cover', { deviceCoverRate: Number.POSITIVE_INFINITY }),
    badParameters('no streams', { maxStreams: 0 }),
    badIlp('no period in ILP', { periodMs: 0 }),
    badIlp('a period above an hour in ILP', { periodMs: 3_600_001 }),
    badIlp('uniform the wrong way round', { upstream: { interval: { uniform: { low: 60, high: 50 } } } }),
    badIlp('lognormal with a sigma above 10', { upstream: { interval: { lognormal: { median: 50, sigma: 10.5 } } } }),
    badIlp('max below min', { upstream: { interval: { exponentialMean: 50, min: 100, max: 90 } } }),
  ];
}

interface SealError {
  name: string;
  aead: Aead;
  key: string;
  iv: string;
  /** Number of the first one. */
  counter: number;
  /** Opened in this order; the last one fails. */
  sealed: string[];
  error: string;
}

export function sealErrors(): SealError[] {
  const keys = { key: counted(0x11), iv: counted(0x22, 12) };
  const demand = { demand: { remainingMs: 100 } };
  const make = (aead: Aead, name: string, error: string, seal: (sealer: ControlSealer) => Uint8Array[]): SealError => ({
    name,
    aead,
    key: toHex(keys.key),
    iv: toHex(keys.iv),
    counter: 0,
    sealed: seal(new ControlSealer({ aead, ...keys })).map(toHex),
    error,
  });
  /** The last message that the key may seal, and one more, as an end without that bound would seal it. */
  const exhausted = (aead: Aead): SealError => {
    const last = 2 ** 32 - 1;
    const sealer = new ControlSealer({ aead, ...keys, counter: last });
    const { key, iv } = keys;
    // The counter's bit 32 lies in byte 7 of the nonce.
    const beyond = new ControlSealer({ aead, key, iv: iv.map((byte, at) => (at === 7 ? byte ^ 1 : byte)) });
    const sealed = [sealer.seal(demand), beyond.seal(demand)].map(toHex);
    const text = { key: toHex(key), iv: toHex(iv) };
    return {
      name: 'one message more than a key may seal',
      aead,
      ...text,
      counter: last,
      sealed,
      error: 'SEAL_EXHAUSTED',
    };
  };
  const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
    bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
  const both = (['AES-256-GCM', 'CHACHA20-POLY1305'] as const).flatMap((aead) => [
    make(aead, 'changed ciphertext', 'SEAL_BROKEN', (sealer) => [flipped(sealer.seal(demand), 0)]),
    make(aead, 'changed tag', 'SEAL_BROKEN', (sealer) => [flipped(sealer.seal(demand), 19)]),
    make(aead, 'cut', 'SEAL_BROKEN', (sealer) => [sealer.seal(demand).subarray(0, 15)]),
    make(aead, 'replayed', 'SEAL_BROKEN', (sealer) => repeated(sealer.seal(demand))),
    make(aead, 'out of order', 'SEAL_BROKEN', (sealer) => [sealer.seal(demand), sealer.seal(demand)].slice(1)),
  ]);
  const fragments = (change: (parts: ReturnType<typeof fragmentControl>) => ReturnType<typeof fragmentControl>) => {
    return (sealer: ControlSealer): Uint8Array[] =>
      change(fragmentControl({ parameters: stpParameters }, 1, 60)).map((part) => sealer.seal(part));
  };
  const order = (
    name: string,
    change: (parts: ReturnType<typeof fragmentControl>) => ReturnType<typeof fragmentControl>,
  ) => make('AES-256-GCM', name, 'FRAGMENT_ORDER', fragments(change));
  return [
    ...both,
    make('AES-256-GCM', 'no message', 'MALFORMED_MESSAGE', (sealer) => [sealer.sealBytes(Uint8Array.of(0xff))]),
    order('first fragment missing', (parts) => parts.slice(1, 2)),
    order('fragment repeated', (parts) => parts.slice(0, 1).concat(parts.slice(0, 1))),
    order('fragments of two messages', (parts) =>
      parts.slice(0, 2).map((part, index) => ({ fragment: { ...part.fragment, message: index } as never })),
    ),
    exhausted('AES-256-GCM'),
    exhausted('CHACHA20-POLY1305'),
    make('AES-256-GCM', 'a whole of 16,385 bytes', 'FRAGMENT_TOO_LARGE', (sealer) =>
      [8193, 8192].map((bytes, index) =>
        sealer.seal({ fragment: { message: 1, index, last: false, data: new Uint8Array(bytes) } }),
      ),
    ),
    make('AES-256-GCM', 'a fragment beside another part', 'MALFORMED_MESSAGE', (sealer) => [
      sealer.seal({ ...demand, fragment: { message: 1, index: 0, last: false, data: counted(0, 8) } }),
    ]),
    make('AES-256-GCM', 'a fragment inside fragments', 'MALFORMED_MESSAGE', (sealer) => {
      const inner = encodeControl({ fragment: { message: 2, index: 0, last: true, data: encodeControl(demand) } });
      return [sealer.seal({ fragment: { message: 1, index: 0, last: true, data: inner } })];
    }),
    order('empty fragment', () => [{ fragment: { message: 1, index: 0, last: true, data: new Uint8Array(0) } }]),
  ];
}

function repeated(sealed: Uint8Array): Uint8Array[] {
  return [sealed, sealed];
}
