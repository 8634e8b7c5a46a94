// Both directions of a small tunnel, made by @quietwire/proto, for the tests of the decoder.

import {
  CloudBootstrap,
  ControlSealer,
  DeviceBootstrap,
  deriveDeviceKey,
  FrameWriter,
  fragmentControl,
  KeySchedule,
  type Parameters,
  transcriptHash,
} from '@quietwire/proto';

export interface RecordedTunnel {
  readonly up: Buffer;
  readonly down: Buffer;
  /** Texts of the keys files of both directions. */
  readonly upKeys: string;
  readonly downKeys: string;
  readonly parameters: Parameters;
}

const fill = (byte: number, length = 32) => new Uint8Array(length).fill(byte);
const binding = { kind: 'CERTIFICATE', value: fill(3) } as const;
const aead = 'AES-256-GCM';

const parameters: Parameters = {
  version: 1,
  mode: 'STP',
  frameSize: 256,
  periodMs: 5000,
  upstream: { interval: { kind: 'constant', value: 100 } },
  downstream: { interval: { kind: 'constant', value: 50 } },
  backgroundIntervalMs: 2000,
  backgroundFrameSize: 128,
  leadMs: 500,
  holdMs: 3000,
  restMs: 200,
  followerOffsetMs: 10,
  longestRun: 4,
  quietBytes: 4,
  activityWindowMs: 1000,
  deviceCoverRate: 0.25,
  deviceDurations: [1, 0.5, 0.25],
  maxStreams: 16,
  streamWindow: 65_536,
  tunnelWindow: 262_144,
};

/** A frame of `size` bytes with what `write` puts in it. */
export function frame(size: number, write: (writer: FrameWriter) => void = () => {}): Buffer {
  const buffer = Buffer.alloc(size);
  const writer = new FrameWriter();
  writer.begin(buffer, size);
  write(writer);
  return buffer;
}

export function recordTunnel(): RecordedTunnel {
  const deviceKey = deriveDeviceKey(fill(1), 'plug-1');
  const device = new DeviceBootstrap({
    fleet: 'plug',
    deviceId: 'plug-1',
    deviceKey,
    nonce: fill(4),
    binding,
    maxFrame: 1024,
    aeads: [aead],
    profile: 'FULL',
  });
  const cloud = new CloudBootstrap({
    nonce: fill(5),
    binding: () => binding.value,
    lookup: () => ({ deviceKey, slot: 'primary' }),
    parameters: () => parameters,
    aeads: [aead],
  });
  const hello = device.hello();
  const challenge = cloud.receive(...bootstrapMessage(hello)).send;
  const proof = device.receive(...bootstrapMessage(challenge)).send as Uint8Array;
  const accept = cloud.receive(...bootstrapMessage(proof)).send;
  const keys = new KeySchedule(
    deviceKey,
    transcriptHash(bootstrapMessage(hello)[1], bootstrapMessage(challenge)[1], binding),
  );

  const seal = new ControlSealer({ aead, ...keys.deviceControl });
  const data = Buffer.from('hello');
  const fragments = fragmentControl({ parametersAck: { version: 9 }, goaway: { lastStream: 7, final: true } }, 1, 4);
  const up = [
    hello,
    proof,
    frame(256, (writer) => {
      writer.control(seal.seal({ periodStart: { number: 1, position: 1, version: 1 } }));
      writer.open(1, 'mqtt');
      writer.stream(1, data, 0, 5, false, true);
    }),
    frame(256),
    frame(128, (writer) => {
      writer.stream(1, data, 0, 2, true, false);
      writer.ack(1, 77);
      writer.tunnelCredit(2 ** 40);
      writer.streamCredit(1, 4096);
      writer.field(0x8a, Buffer.from('ignored'));
      writer.reset(3, 2);
    }),
    ...fragments.map((fragment) => frame(64, (writer) => writer.control(seal.seal(fragment)))),
  ];
  const cloudSeal = new ControlSealer({ aead, ...keys.cloudControl });
  cloudSeal.seal({}); // the first message rode in ACCEPT
  const down = [
    challenge,
    accept,
    frame(256, (writer) => writer.control(cloudSeal.seal({ demand: { remainingMs: 40 } }))),
  ];
  const { deviceControl, cloudControl } = keys;
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    up: Buffer.concat(up),
    down: Buffer.concat(down),
    upKeys: JSON.stringify({ aead, key: hex(deviceControl.key), iv: hex(deviceControl.iv) }),
    downKeys: JSON.stringify({ aead, key: base64(cloudControl.key), iv: base64(cloudControl.iv) }),
    parameters,
  };
}

/** Type and body of the one message of a bootstrap frame. */
function bootstrapMessage(bytes: Uint8Array): [number, Uint8Array] {
  const view = Buffer.from(bytes);
  return [view.readUInt8(2), view.subarray(5, 5 + view.readUInt16BE(3))];
}
