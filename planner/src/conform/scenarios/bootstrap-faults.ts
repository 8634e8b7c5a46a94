// Scenarios before a session: certificates, ALPN, CHALLENGE, ACCEPT, parameters, REFUSE.
import { decodeHello, encodeChallenge, fieldTypes, limits, refuseCodes } from '@quietwire/proto';
import { acceptFault, challengeFault, type Scenario } from '../scenario.ts';
import { frameOf, type ScriptedCloud } from '../scripted-cloud.ts';
import { type OverrideValue, onlySubmessage, withField } from '../wire-override.ts';

const silentMs = 1500;

function tlsFault(name: NonNullable<Scenario['tls']>, id: 'no-alpn' | 'other-name' | 'other-authority'): Scenario {
  const abouts = {
    'no-alpn': 'TLS without ALPN',
    'other-name': 'a certificate of the right authority for another name',
    'other-authority': 'a certificate of another authority',
  };
  return {
    name,
    about: abouts[id],
    judges: [id],
    tls: name,
    run: async ({ cloud, verdicts }) => {
      const { connection } = cloud;
      await connection.until(() => !connection.isOpen || connection.received > 0, 2 * silentMs);
      const { received } = connection;
      const saw = received > 0 ? `it sent ${received} bytes` : 'the connection stands';
      verdicts.judge(id, received === 0 && !connection.isOpen, saw);
    },
  };
}

const asked = async (cloud: ScriptedCloud): Promise<void> => {
  await cloud.message(fieldTypes.HELLO, 'HELLO');
};
const goodChallenge = (): Uint8Array =>
  encodeChallenge({ nonce: new Uint8Array(32).fill(7), aead: 'AES-256-GCM', extensions: [] });

const challenges: Scenario[] = [
  challengeFault('aead', 'aead-offered', 'CHALLENGE chooses an AEAD that was not offered', async (cloud) => {
    const script = (body: Uint8Array, offered: readonly string[]) =>
      withField(body, 2, { whole: offered.includes('CHACHA20-POLY1305') ? 3 : 2 });
    const hello = decodeHello(await cloud.message(fieldTypes.HELLO, 'HELLO'));
    cloud.bootstrap(fieldTypes.CHALLENGE, script(goodChallenge(), hello.aeads));
  }),
  challengeFault('challenge-nonce', 'challenge-malformed', 'CHALLENGE with a nonce of 31 bytes', async (cloud) => {
    await asked(cloud);
    cloud.bootstrap(fieldTypes.CHALLENGE, withField(goodChallenge(), 1, { bytes: new Uint8Array(31) }));
  }),
  challengeFault('challenge-garbage', 'challenge-malformed', 'CHALLENGE that is no protobuf', async (cloud) => {
    await asked(cloud);
    cloud.bootstrap(fieldTypes.CHALLENGE, new Uint8Array(40).fill(0xff));
  }),
  challengeFault('challenge-length', 'bootstrap-length', 'CHALLENGE in a frame of 511 bytes', async (cloud) => {
    await asked(cloud);
    cloud.write(frameOf(511, (writer) => writer.field(fieldTypes.CHALLENGE, goodChallenge())));
  }),
  challengeFault('challenge-twice', 'two-fields', 'two CHALLENGEs in one frame', async (cloud) => {
    await asked(cloud);
    cloud.write(
      frameOf(512, (writer) => {
        writer.field(fieldTypes.CHALLENGE, goodChallenge());
        writer.field(fieldTypes.CHALLENGE, goodChallenge());
      }),
    );
  }),
  challengeFault('accept-first', 'bootstrap-order', 'ACCEPT in place of CHALLENGE', async (cloud) => {
    await asked(cloud);
    cloud.bootstrap(fieldTypes.ACCEPT, goodChallenge());
  }),
];

function parameterFault(name: string, field: number, value: OverrideValue): Scenario {
  return acceptFault(
    `parameters-${name.toLowerCase().replaceAll(/[^a-z0-9.-]+/g, '-')}`,
    'parameter-bounds',
    `parameters with ${name} out of bounds`,
    overriding(field, value),
  );
}

function overriding(field: number, value: OverrideValue) {
  return {
    plain: (control: Uint8Array) =>
      withField(new Uint8Array(0), 4, { bytes: withField(onlySubmessage(control), field, value) }),
  };
}

/** A pattern whose interval is a constant. */
const pattern = (ms: number): OverrideValue => ({
  bytes: withField(new Uint8Array(0), 1, { bytes: withField(new Uint8Array(0), 1, { double: ms }) }),
});

const parameters: Scenario[] = [
  parameterFault('version 0', 1, { whole: 0 }),
  parameterFault('mode 3', 2, { whole: 3 }),
  parameterFault('frame_size 63', 3, { whole: 63 }),
  parameterFault('frame_size 16001', 3, { whole: 16_001 }),
  parameterFault('period_ms below 4 G', 4, { whole: 550 }),
  parameterFault('period_ms no multiple', 4, { whole: 1010 }),
  parameterFault('period_ms above an hour', 4, { whole: 3_600_050 }),
  parameterFault('interval up 19', 5, pattern(19)),
  parameterFault('interval down 60001', 6, pattern(60_001)),
  parameterFault('background_interval_ms short', 7, { whole: 240 }),
  parameterFault('background_frame_size 63', 8, { whole: 63 }),
  parameterFault('lead_ms 0', 9, { whole: 0 }),
  parameterFault('hold_ms below g + G', 10, { whole: 199 }),
  parameterFault('rest_ms 0', 11, { whole: 0 }),
  parameterFault('follower_offset_ms above G', 12, { whole: 151 }),
  parameterFault('longest_run 3', 13, { whole: 3 }),
  parameterFault('longest_run 2048', 13, { whole: 2048 }),
  parameterFault('quiet_bytes 65536', 14, { whole: 65_536 }),
  parameterFault('activity_window_ms 0', 15, { whole: 0 }),
  parameterFault('device_cover_rate 1001', 16, { double: 1001 }),
  parameterFault('device_cover_rate -1', 16, { double: -1 }),
  parameterFault('device_durations of 5 classes', 17, { bytes: new Uint8Array(20) }),
  parameterFault('max_streams 0', 18, { whole: 0 }),
  parameterFault('stream_window 0', 19, { whole: 0 }),
  parameterFault('tunnel_window 2^31', 20, { whole: 2 ** 31 }),
];

const accepts: Scenario[] = [
  acceptFault('cloud-mac', 'cloud-mac', 'ACCEPT with a wrong proof', {
    mac: (mac) => mac.map((byte, at) => (at === 31 ? byte ^ 1 : byte)),
  }),
  acceptFault('accept-sealed', 'accept-sealed', 'ACCEPT whose sealed message was changed', {
    sealed: (sealed) => sealed.map((byte, at) => (at === 3 ? byte ^ 1 : byte)),
  }),
  acceptFault('no-parameters', 'no-parameters', 'ACCEPT without parameters', { plain: () => new Uint8Array(0) }),
];

const tooLarge: Scenario = {
  name: 'max-frame',
  about: 'parameters with a frame_size above max_frame',
  judges: ['parameters-too-large'],
  script: {
    plain: (control, { maxFrame }) => overriding(3, { whole: maxFrame + 1 }).plain(control),
  },
  run: async ({ cloud, verdicts }) => {
    await cloud.establish();
    if (cloud.hello?.maxFrame === limits.frameMax)
      return verdicts.unseen('parameters-too-large', 'the device takes the largest frames that parameters can name');
    const { connection } = cloud;
    const ended = await connection.until(() => !connection.isOpen || cloud.log.frames.length > 0, silentMs);
    verdicts.judge('parameters-too-large', ended && cloud.log.frames.length === 0, cloud.ending());
  },
};

const refusals: Scenario[] = [...Object.entries(refuseCodes), ['of a later version', 99] as const].map(
  ([name, code]) => ({
    name: `refuse-${String(name).toLowerCase().replaceAll(/[ _]/g, '-')}`,
    about: `REFUSE ${code}${code === 7 ? ' after the proof' : ''}`,
    judges: ['refused'],
    run: async ({ cloud, verdicts, clock }) => {
      if (code === refuseCodes.REVOKED) {
        await cloud.challenge();
        await cloud.message(fieldTypes.PROOF, 'PROOF');
      } else await asked(cloud);
      cloud.refuse(code, 'conformance test');
      await clock.wait(300);
      verdicts.judge('refused', cloud.unasked === 0, `REFUSE ${code}: ${cloud.unasked} messages followed`);
    },
  }),
);

export const tlsScenarios: Scenario[] = [
  tlsFault('no-alpn', 'no-alpn'),
  tlsFault('other-name', 'other-name'),
  tlsFault('other-authority', 'other-authority'),
];
export {
  accepts as acceptScenarios,
  challenges as challengeScenarios,
  parameters as parameterScenarios,
  refusals as refuseScenarios,
  tooLarge,
};
