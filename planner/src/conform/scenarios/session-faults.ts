// Scenarios in which the cloud breaks the protocol in a session: the device must end the connection and write nothing more.
import { encodeControl, type FrameWriter, fieldTypes } from '@quietwire/proto';
import { type Scenario, sessionFault } from '../scenario.ts';
import { frameOf, type ScriptedCloud } from '../scripted-cloud.ts';

const size = 400;
const send = (cloud: ScriptedCloud, fill: (writer: FrameWriter) => unknown) => cloud.write(frameOf(size, fill));
const sealed = (cloud: ScriptedCloud, control: Parameters<typeof encodeControl>[0]) => {
  const message = cloud.sealed(encodeControl(control));
  send(cloud, (writer) => writer.control(message));
};
const fragment = (cloud: ScriptedCloud, message: number, index: number, bytes: number, last = false) =>
  sealed(cloud, { fragment: { message, index, last, data: new Uint8Array(bytes).fill(1) } });

/** Bytes of a frame's length that nobody may send. */
const length = (bytes: number) => (cloud: ScriptedCloud) => {
  const frame = new Uint8Array(Math.min(bytes, size));
  new DataView(frame.buffer).setUint16(0, bytes);
  cloud.write(frame);
};

export const sessionFaultScenarios: Scenario[] = [
  sessionFault('frame-short', 'frame-short', 'a frame of 63 bytes', length(63)),
  sessionFault('frame-long', 'frame-long', 'a frame of max_frame + 1 bytes', (cloud) =>
    length((cloud.hello?.maxFrame ?? 16_000) + 1)(cloud),
  ),
  sessionFault('overrun', 'overrun', 'a field that reaches beyond its frame', (cloud) => {
    const frame = frameOf(64);
    frame.set([fieldTypes.ACK, 0, 200], 2);
    cloud.write(frame);
  }),
  sessionFault('unknown-critical', 'unknown-critical', 'field type 0x40', (cloud) =>
    send(cloud, (writer) => writer.field(0x40, new Uint8Array(3))),
  ),
  sessionFault('field-length', 'field-length', 'a TUNNEL_CREDIT of 5 bytes', (cloud) =>
    send(cloud, (writer) => writer.field(fieldTypes.TUNNEL_CREDIT, new Uint8Array(5))),
  ),
  sessionFault('open-downstream', 'open-downstream', 'OPEN downstream', (cloud) =>
    send(cloud, (writer) => writer.open(9, 'mqtt')),
  ),
  sessionFault('tampered', 'tampered', 'a sealed message of which a bit was changed', (cloud) => {
    const message = Uint8Array.from(cloud.sealed(encodeControl({ demand: { remainingMs: 1 } })));
    message[0] = (message[0] ?? 0) ^ 1;
    send(cloud, (writer) => writer.control(message));
  }),
  sessionFault('replayed', 'replayed', 'a sealed message twice', (cloud) => {
    const message = cloud.sealed(encodeControl({ demand: { remainingMs: 1 } }));
    send(cloud, (writer) => writer.control(message));
    send(cloud, (writer) => writer.control(message));
  }),
  sessionFault('zero-period', 'zero-period', 'PeriodStart with number 0', (cloud) =>
    sealed(cloud, { periodStart: { number: 0, position: 1, version: 1 } }),
  ),
  sessionFault('fragment-gap', 'fragment-gap', 'fragments 0 and 2', (cloud) => {
    fragment(cloud, 1, 0, 20);
    fragment(cloud, 1, 2, 20, true);
  }),
  sessionFault('fragment-mixed', 'fragment-mixed', 'fragments of two messages', (cloud) => {
    fragment(cloud, 1, 0, 20);
    fragment(cloud, 2, 1, 20, true);
  }),
  sessionFault('fragment-empty', 'fragment-mixed', 'a fragment without data', (cloud) => fragment(cloud, 1, 0, 0)),
  sessionFault('fragment-large', 'fragment-large', 'fragments of 16,800 bytes', (cloud) => {
    for (let index = 0; index < 56; index++) fragment(cloud, 1, index, 300);
  }),
  sessionFault('number-ahead', 'number-ahead', 'PeriodStart k + 2', (cloud) =>
    sealed(cloud, { periodStart: { number: cloud.number + 2, position: 1, version: 1 } }),
  ),
  sessionFault('position-above', 'position-above', 'PeriodStart with a position above its number', (cloud) =>
    sealed(cloud, { periodStart: { number: cloud.number + 1, position: cloud.number + 2, version: 1 } }),
  ),
  sessionFault('too-far-ahead', 'too-far-ahead', 'PeriodStarts of 9 numbers beyond r', (cloud) => {
    const running = cloud.number;
    for (let ahead = 1; ahead <= 9; ahead++)
      sealed(cloud, { periodStart: { number: running + ahead, position: 1, version: 1 } });
  }),
  sessionFault('rate', 'rate', 'frames of two minutes at once', (cloud) => {
    const frames = Buffer.concat(Array.from({ length: 100 }, () => frameOf(64)));
    for (let sent = 0; sent < 3000; sent += 100) cloud.write(frames);
  }),
];
