// The e2e case `bad-peers`: who is not a device, or no proper one, is turned away at once and told of in the log, agents end with
// the status of the contract, and a tunnel beside them misses no frame.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type Case, type CaseOutcome, Faults, type Figures } from '../../harness/cases.ts';
import { type Ending, plainPeer, rawDevice, tlsPeer } from '../bad/raw-peer.ts';
import { SteadyTunnel, steadyPolicy } from '../bad/steady-tunnel.ts';
import { logLines, waitForLog } from '../rig/log-lines.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { Stack } from '../rig/stack.ts';
import { startEcho } from '../rig/tcp-service.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

const fleet = 'smart-plug';
const opensslFile = '/usr/bin/openssl';
/** What the sidecar sees through at once may take so long on a busy machine; silence lasts to its deadline of 5 s. */
const atOnceMs = 2000;
const silentMs = 8000;
/** Of a frame with no place for its own length, below 64 bytes, above what was agreed, and all ones. */
const illegalLengths = [0, 63, 16_001, 65_535];

export const badPeersCase: Case = {
  name: 'bad-peers',
  about:
    'wrong key, fleet, ALPN, plain TCP, garbage, illegal frames, a replayed proof: refused, logged, nobody else disturbed',
  waits: true,
  blocked: () => (existsSync(opensslFile) ? undefined : `${opensslFile} missing: apt-get install openssl`),
  run: () => withWorkplace('bad-peers', runBadPeers),
};

async function runBadPeers(place: Workplace): Promise<CaseOutcome> {
  const echo = await startEcho(place);
  const stack = await Stack.start(place, {
    policies: [renderSamplePolicy({ services: [{ name: 'echo', port: echo.port }] }), steadyPolicy(echo)],
  });
  const steady = await SteadyTunnel.start(stack);
  const bad = new BadPeers(stack, await readFile(stack.caFile, 'utf8'));
  await bad.agentsThatAreRefused();
  await bad.peersWithoutTls();
  await bad.peersOfAnotherProtocol();
  await bad.peersThatSendGarbage();
  await bad.devicesThatBreakFrames();
  await bad.replayedProof();
  const { faults, figures } = bad;
  faults.expect(stack.sidecar.isRunning, `the sidecar ended: ${stack.sidecar.lastWords}`);
  const internal = logLines(stack.sidecar).filter(({ code, level }) => code === 'INTERNAL' || level === 'error');
  faults.expect(internal.length === 0, `the sidecar logs ${JSON.stringify(internal[0])}`);
  await steady.judge(faults, figures);
  return faults.outcome(figures);
}

class BadPeers {
  readonly faults = new Faults();
  readonly figures: Figures = {};
  readonly #stack: Stack;
  readonly #ca: string;

  constructor(stack: Stack, ca: string) {
    this.#stack = stack;
    this.#ca = ca;
  }

  /** A wrong key and an unknown fleet look alike to the device, and differ in the sidecar's log. */
  async agentsThatAreRefused(): Promise<void> {
    const { place } = this.#stack;
    const wrongKey = await place.file('wrong.key', `${randomBytes(32).toString('base64')}\n`);
    const refusals = [
      {
        options: { device: 'plug-1', fleet, keyFile: wrongKey },
        logged: /fleet smart-plug did not prove itself: AUTHENTICATION /,
      },
      {
        options: { device: 'plug-1', fleet: 'lamp', keyFile: wrongKey },
        logged: /fleet lamp did not prove itself: UNKNOWN_FLEET /,
      },
    ];
    for (const { options, logged } of refusals) {
      const agent = await this.#stack.launchAgent({ ...options, services: ['echo'] });
      const status = await agent.child.exitsWithin(10_000);
      const said = agent.child.said.filter((line) => !line.startsWith('{')).join('\n');
      const text =
        /^error REFUSED: the sidecar refused: the key is wrong, or the sidecar knows no such fleet or device \(AUTHENTICATION\)$/;
      this.faults.expect(
        status === 5,
        `an agent of fleet ${options.fleet} with a wrong key ended with ${status}, not 5`,
      );
      this.faults.expect(text.test(said), `an agent of fleet ${options.fleet} with a wrong key says: ${said}`);
      await this.#logged('AUTHENTICATION_FAILED', logged);
    }
  }

  async peersWithoutTls(): Promise<void> {
    const { sidecar: port } = this.#stack.ports;
    this.#endsWithin('HTTP', await plainPeer(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'), atOnceMs);
    await this.#logged('CONNECTION_REFUSED', /TLS handshake failed: not_tls/);
    this.#endsWithin('garbage instead of TLS', await plainPeer(port, randomBytes(2000).fill(0xff, 0, 5)), atOnceMs);
    this.#endsWithin('a hello cut off', await plainPeer(port, Buffer.from('160301020001', 'hex')), silentMs);
    this.#endsWithin('silence', await plainPeer(port, ''), silentMs);
    await this.#logged('CONNECTION_REFUSED', /deadline/);
  }

  /** As openssl sees it: the alert no_application_protocol; without ALPN at all, the end before any data. */
  async peersOfAnotherProtocol(): Promise<void> {
    const { place, ports, caFile } = this.#stack;
    const args = ['s_client', '-connect', `127.0.0.1:${ports.sidecar}`, '-CAfile', caFile, '-alpn', 'h2,http/1.1'];
    const { status, output, said } = await place.run({ name: 'openssl', command: opensslFile, args });
    const alert = /alert no application protocol|no application protocol/i;
    this.faults.expect(status === 1 && alert.test(output + said), `openssl with ALPN h2 ended with ${status}: ${said}`);
    await this.#logged('CONNECTION_REFUSED', /TLS handshake failed: no_application_protocol/);
    const without = await tlsPeer({ port: ports.sidecar, ca: this.#ca, protocols: [] });
    this.#endsWithin('no ALPN', without, atOnceMs);
    this.faults.expect(without.received === 0, `a peer without ALPN got ${without.received} bytes`);
    await this.#logged('CONNECTION_REFUSED', /unshaped/);
  }

  async peersThatSendGarbage(): Promise<void> {
    const port = this.#stack.ports.sidecar;
    for (const [name, bytes] of [
      ['random bytes after the handshake', randomBytes(4000)],
      ['zeros after the handshake', Buffer.alloc(4000)],
      ['a bootstrap frame of random bytes', Buffer.concat([Buffer.from([2, 0, 0x20]), randomBytes(509)])],
    ] as const) {
      const before = logLines(this.#stack.sidecar).length;
      this.#endsWithin(name, await tlsPeer({ port, ca: this.#ca, bytes }), atOnceMs);
      await this.#logged(
        'AUTHENTICATION_FAILED',
        /^a peer did not prove itself: (FRAME_LENGTH|FIELD|UNKNOWN|MALFORMED)/,
        before,
      );
    }
    const before = logLines(this.#stack.sidecar).length;
    this.#endsWithin('silence after the handshake', await tlsPeer({ port, ca: this.#ca }), silentMs);
    await this.#logged('AUTHENTICATION_FAILED', /TUNNEL_BOOTSTRAP_TIMEOUT/, before);
  }

  /** Devices that have proved themselves, and then break the framing. */
  async devicesThatBreakFrames(): Promise<void> {
    for (const length of illegalLengths) {
      const frame = Buffer.alloc(1024);
      frame.writeUInt16BE(length);
      const before = logLines(this.#stack.sidecar).length;
      const ending = await this.#rawDevice(`breaker-${length}`, { bytes: frame });
      this.faults.expect(ending.accepted, `breaker-${length} was not accepted: ${ending.refusal}`);
      this.#endsWithin(`a frame of length ${length}`, ending, atOnceMs);
      await this.#logged('PEER_FAILED', /a device of iot\/smart-plug broke the protocol: .*64 bytes.*/, before);
    }
  }

  /** What one connection proved is worth nothing on another: the transcript holds the cloud's nonce and the binding. */
  async replayedProof(): Promise<void> {
    const first = await this.#rawDevice('echoer', { bytes: Buffer.alloc(64) });
    const before = logLines(this.#stack.sidecar).length;
    const second = await this.#rawDevice('echoer', first.proof ? { replayedProof: first.proof } : {});
    this.faults.expect(first.accepted && first.proof !== undefined, 'the first proof was not accepted');
    this.faults.expect(!second.accepted, 'a replayed proof was accepted');
    this.#endsWithin('a replayed proof', second, atOnceMs);
    const refused = /AUTHENTICATION/.test(second.refusal ?? '');
    this.faults.expect(refused, `a replayed proof was answered by "${second.refusal}"`);
    await this.#logged('AUTHENTICATION_FAILED', /did not prove itself: AUTHENTICATION /, before);
  }

  async #rawDevice(device: string, rest: { bytes?: Uint8Array; replayedProof?: Uint8Array }) {
    const key = await readFile(await this.#stack.deriveKey(fleet, device), 'utf8');
    const deviceKey = Buffer.from(key, 'base64');
    return rawDevice({ port: this.#stack.ports.sidecar, ca: this.#ca, fleet, device, deviceKey, ...rest });
  }

  #endsWithin(name: string, { afterMs }: Ending, limitMs: number): void {
    this.faults.expect(
      afterMs <= limitMs,
      `${name}: the sidecar ended the connection after ${afterMs} ms, not ${limitMs}`,
    );
  }

  async #logged(code: string, message: RegExp, after = 0): Promise<void> {
    await waitForLog(this.#stack.sidecar, code, message, after).catch((error: Error) =>
      this.faults.expect(false, error.message),
    );
  }
}
