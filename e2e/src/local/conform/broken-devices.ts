// Devices that break one MUST each: the product's agent with one line changed. For each, the scenarios that must find it and the
// line that must be `not ok`.

export interface BrokenDevice {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  readonly scenarios: readonly string[];
  /** The beginning of the line. */
  readonly line: string;
  /** No program opens a stream: its bytes would begin a run by themselves. */
  readonly isQuiet?: boolean;
  /** Waits in ms, where the usual ones are as short as what a busy machine adds to them. */
  readonly backoffMs?: { readonly min: number; readonly max: number };
}

const refusals = ['authentication', 'version', 'frame-too-large', 'no-policy', 'busy', 'revoked', 'protocol'].map(
  (name) => `refuse-${name}`,
);

/** The last lines of the reader's judgement of a field. */
const unknownInSession =
  "if ((type & skippableBit) === 0) this.#fail('UNKNOWN_FIELD', `type 0x$" + '{type.toString(16)}`);\n  }';

export const brokenDevices: readonly BrokenDevice[] = [
  {
    name: 'takes-a-wrong-mac',
    file: 'proto/src/bootstrap-device.ts',
    find: 'if (!macsEqual(accept.mac, keys.cloudMac)) throw new',
    replace: 'if (!macsEqual(accept.mac, keys.cloudMac)) new',
    scenarios: ['cloud-mac'],
    line: 'not ok §5.5 ends the connection when the cloud’s proof is wrong',
  },
  {
    name: 'two-records-a-frame',
    file: 'tunnel/src/tls-channel.ts',
    find: 'this.#socket.write(frame);',
    replace: 'this.#socket.write(frame.subarray(0, 40)); this.#socket.write(frame.subarray(40));',
    scenarios: ['good'],
    line: 'not ok §2.5 one frame, one TLS record',
  },
  {
    name: 'reconnects-at-once',
    file: 'device/src/backoff.ts',
    find: 'this.#random.next() * this.#ceilingMs',
    replace: '0 * this.#ceilingMs',
    scenarios: [...refusals, 'cloud-mac', 'accept-sealed'],
    line: 'not ok §5.1 the wait is drawn',
    backoffMs: { min: 2000, max: 2000 },
  },
  {
    name: 'waits-too-long',
    file: 'device/src/backoff.ts',
    find: 'this.#random.next() * this.#ceilingMs',
    replace: '3000 + this.#random.next() * this.#ceilingMs',
    scenarios: ['cloud-mac'],
    line: 'not ok §5.1 waits at most',
  },
  {
    name: 'trusts-every-certificate',
    file: 'device/src/dial.ts',
    find: 'rejectUnauthorized: true',
    replace: 'rejectUnauthorized: false',
    scenarios: ['other-authority'],
    line: 'not ok §2.3 refuses a certificate of another authority',
  },
  {
    name: 'trusts-every-name',
    file: 'device/src/dial.ts',
    find: 'rejectUnauthorized: true,',
    replace: 'rejectUnauthorized: true, checkServerIdentity: () => undefined,',
    scenarios: ['other-name'],
    line: 'not ok §2.3 refuses a certificate for another name',
  },
  {
    name: 'needs-no-alpn',
    file: 'device/src/dial.ts',
    find: 'if (socket.alpnProtocol !== alpn) return alpnFailure(server);',
    replace: '',
    scenarios: ['no-alpn'],
    line: 'not ok §2.2 ends a connection without ALPN',
  },
  {
    name: 'takes-any-parameters',
    file: 'proto/src/parameters-codec.ts',
    find: 'try {\n    checkParameters(parameters);',
    replace: 'try {',
    scenarios: ['parameters-hold-ms-below-g-g'],
    line: 'not ok §7.3 refuses parameters',
  },
  {
    name: 'ignores-critical-types',
    file: 'proto/src/frame-reader.ts',
    find: unknownInSession,
    replace: '}',
    scenarios: ['unknown-critical'],
    line: 'not ok §3.4 an unknown type without bit 7',
  },
  {
    name: 'fails-on-skippable-types',
    file: 'proto/src/frame-reader.ts',
    find: unknownInSession,
    replace: "this.#fail('UNKNOWN_FIELD', 'any'); }",
    scenarios: ['skipped'],
    line: 'not ok §3.4 an unknown type with bit 7 is skipped',
  },
  {
    name: 'says-goodbye-after-a-fault',
    file: 'tunnel/src/tls-channel.ts',
    find: 'this.#socket.destroy();',
    replace: 'this.#socket.end();',
    scenarios: ['unknown-critical'],
    line: 'not ok §14.1 after a protocol error it writes nothing',
  },
  {
    name: 'takes-numbers-ahead',
    file: 'shaping/src/period-clock.ts',
    find: 'if (number > this.#known + 1 || number < 1) {',
    replace: 'if (number > this.#known + 2 || number < 1) {',
    scenarios: ['number-ahead'],
    line: 'not ok §9.5 a PeriodStart beyond k + 1',
  },
  {
    name: 'takes-positions-above',
    file: 'shaping/src/period-clock.ts',
    find: 'if (position < 1 || position > number) {',
    replace: 'if (position < 1) {',
    scenarios: ['position-above'],
    line: 'not ok §9.5 a position above its number',
  },
  {
    name: 'no-first-run',
    file: 'tunnel/src/tunnel.ts',
    find: "if (role === 'device') this.#shaper.startUnconditional(nowMs);",
    replace: '',
    scenarios: ['good'],
    line: 'not ok §8.2 starts an unconditional run',
    isQuiet: true,
  },
  {
    name: 'sends-beyond-credit',
    file: 'tunnel/src/send-half.ts',
    find: 'let left = Math.min(budget, this.#creditMax - this.#sent);',
    replace: 'let left = budget;',
    scenarios: ['credit'],
    line: 'not ok §11.2 sends no byte beyond its credit',
  },
  {
    name: 'never-acknowledges',
    file: 'tunnel/src/stream-filler.ts',
    find: 'writer.ack(id, receiveWindow.consumed);',
    replace: 'writer.ack(id, 0);',
    scenarios: ['credit'],
    line: 'not ok §11.3 acknowledges',
  },
  {
    name: 'remembers-a-dead-peer',
    file: 'tunnel/src/tunnel.ts',
    find: 'this.#inbound.frameMs > this.#deadAfterMs',
    replace: 'this.#inbound.frameMs > 10 * this.#deadAfterMs',
    scenarios: ['silent'],
    line: 'not ok §12.4 drops a silent connection',
  },
  {
    name: 'counts-no-frames',
    file: 'tunnel/src/inbound.ts',
    find: 'this.#frames.take(this.readMs);',
    replace: '',
    scenarios: ['rate'],
    line: 'not ok §8.1 more frames than slots',
  },
  {
    name: 'proves-nothing',
    file: 'proto/src/bootstrap-device.ts',
    find: 'encodeProof({ mac: this.#keys.deviceMac })',
    replace: 'encodeProof({ mac: new Uint8Array(32) })',
    scenarios: ['good'],
    line: 'not ok §5.4 the proof is right',
  },
  {
    name: 'one-nonce-for-ever',
    file: 'device/src/dial.ts',
    find: 'nonce: runtime.randomBytes(32),',
    replace: 'nonce: new Uint8Array(32).fill(5),',
    scenarios: ['cloud-mac'],
    line: 'not ok §5.2 the nonce of HELLO',
  },
];
