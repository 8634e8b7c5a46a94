// Leaks of the sidecar beside the slots: what its TLS allows, what its log tells (invariants 1, 4 and 14).
import { type Mutant, named } from '../mutant.ts';

const listener = 'sidecar/test/listener/listener.test.ts';
const records = 'sidecar/test/listener/records.test.ts';
const namesNoDevice = named(
  'sidecar/test/device/names-no-device.test.ts',
  'neither log nor metrics name a device at level info',
);

export const sidecarLeaks: readonly Mutant[] = [
  {
    name: 'cipher-suites-that-pad',
    about: 'invariant 1: a CBC suite rounds records up to other sizes',
    file: 'proto/src/tls-ciphers.ts',
    edits: [
      {
        find: "'ECDHE-RSA-CHACHA20-POLY1305',\n]",
        replace: "'ECDHE-RSA-CHACHA20-POLY1305',\n  'ECDHE-ECDSA-AES128-SHA256',\n]",
      },
    ],
    caughtBy: named(listener, 'uses ephemeral keys and AEAD ciphers only'),
  },
  {
    name: 'renegotiation-allowed',
    about: 'invariant 4: a handshake anew puts records outside the slots',
    file: 'sidecar/src/tls/server-options.ts',
    edits: [
      {
        find: 'secureOptions: constants.SSL_OP_NO_RENEGOTIATION,',
        replace: 'secureOptions: 0 & constants.SSL_OP_ALL,',
      },
    ],
    caughtBy: named(listener, 'refuses renegotiation, which would put records outside the slots'),
  },
  {
    name: 'key-updates-answered',
    about: 'invariant 4: a KeyUpdate that asks for one is answered by a record outside the slots',
    file: 'tunnel/src/tls-channel.ts',
    edits: [{ find: 'if (updated) this.destroy(', replace: 'if (updated && socket.destroyed) this.destroy(' }],
    caughtBy: named(records, 'a KeyUpdate after the proof ends the connection too, and nothing answers it'),
  },
  {
    name: 'records-unseen-before-the-proof',
    about: 'invariant 3: whoever comes makes the slots of others late by records that TLS works on',
    file: 'sidecar/src/listener/guarded-tls.ts',
    edits: [
      {
        find: 'const fault = gate.push(chunk);',
        replace: 'const fault = secure ? void feed(socket, chunk) : gate.push(chunk);',
      },
    ],
    caughtBy: named(records, 'a flood of KeyUpdates before the proof ends the connection before TLS works on it'),
  },
  {
    name: 'log-names-refused-devices',
    about: 'invariant 14: the line of a refused proof names the device at every level',
    file: 'sidecar/src/device/device-connections.ts',
    edits: [{ find: "this.#log.takes('debug') && deviceId !== undefined", replace: 'deviceId !== undefined' }],
    caughtBy: namesNoDevice,
  },
  {
    name: 'log-names-devices-that-come-again',
    about: 'invariant 14: the log tells which device connected again, and when',
    file: 'sidecar/src/events.ts',
    edits: [{ find: "TUNNEL_REPLACED: { level: 'debug'", replace: "TUNNEL_REPLACED: { level: 'info'" }],
    caughtBy: namesNoDevice,
  },
];
