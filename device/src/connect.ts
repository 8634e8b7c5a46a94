// `connect`: the options of a program, checked all at once, become a tunnel.
import { isIP } from 'node:net';
import { limits } from '@quietwire/proto';
import { type Address, parseAddress } from '@quietwire/shaping';
import { defaultTunnelLimits, FramePool, MemoryBudget, type Runtime, TunnelMeter } from '@quietwire/tunnel';
import { type BackoffOptions, defaultBackoff } from './backoff.ts';
import { type Credentials, parseCa, parseDeviceKey } from './credentials.ts';
import { DeviceTunnel } from './device-tunnel.ts';
import { dialTunnel, type TlsVersion } from './dial.ts';
import { DeviceError } from './errors.ts';
import { holdProcess, shareRuntime } from './system-process.ts';

export interface ConnectOptions {
  /** `host:port` or `[v6]:port` of the sidecar. */
  readonly server: string;
  /** Certificates in PEM; the server's must be signed by one of them. The system's authorities are not asked. */
  readonly ca: string | Uint8Array;
  /** Name that the certificate must hold, if not the server's host. */
  readonly serverName?: string | undefined;
  readonly fleet: string;
  /** The device's id. */
  readonly device: string;
  /** The device key: 32 bytes, or base64 as `quietwire keys derive` prints it. */
  readonly key: string | Uint8Array;
  /** Waits between connections in ms, with full jitter; default 1 s to 5 min. */
  readonly backoff?: Partial<BackoffOptions> | undefined;
  /** Tries the first connection again, too, unless trying again cannot help. Default false: it rejects. */
  readonly keepTrying?: boolean | undefined;
  /** Gives up connecting, and closes the tunnel at once. */
  readonly signal?: AbortSignal | undefined;
  /** Default TLSv1.2. */
  readonly minVersion?: TlsVersion | undefined;
  /** Default TLSv1.3. */
  readonly maxVersion?: TlsVersion | undefined;
  /** What binds the proof to the TLS connection: default `exporter`; `certificate` where a stack has no exporter. */
  readonly binding?: 'exporter' | 'certificate' | undefined;
  /** Largest frame in bytes that this device takes: 512 to 16,000, the default. */
  readonly maxFrame?: number | undefined;
  /** Default `full`. */
  readonly profile?: 'full' | 'minimal' | undefined;
  /** Clock, scheduler and randomness; default: one for all tunnels of the process. */
  readonly runtime?: Runtime | undefined;
}

/**
 * Connects to a sidecar; from then on the tunnel reconnects by itself until it is closed.
 * @throws (rejects) the reason of `signal`; DeviceError OPTIONS_INVALID, KEYS_INVALID with all faults; UNREACHABLE, CERTIFICATE, ALPN, TLS_VERSION,
 * TLS_FAILED; ProtoError REFUSED with a `reason` (wrong key, unknown fleet …), AUTHENTICATION if the sidecar cannot prove
 * itself, other codes if it breaks the protocol; TunnelError TUNNEL_BOOTSTRAP_TIMEOUT, TUNNEL_PEER_CLOSED.
 */
export async function connect(options: ConnectOptions): Promise<DeviceTunnel> {
  const tunnel = startTunnel(options);
  await tunnel.stood.catch((error: unknown) => {
    throw options.signal?.aborted ? options.signal.reason : error;
  });
  return tunnel;
}

/**
 * As `connect`, but returns the tunnel while it still connects, so that its 'retry' events can be seen; `credentials`
 * replaces those of the options at each attempt.
 * @throws DeviceError OPTIONS_INVALID, KEYS_INVALID
 */
export function startTunnel(options: ConnectOptions, credentials?: () => Credentials): DeviceTunnel {
  const checked = checkOptions(options);
  const { runtime, release } = options.runtime ? { runtime: options.runtime, release: () => {} } : shareRuntime();
  const meter = new TunnelMeter();
  const dialOptions = {
    ...checked.dial,
    credentials: credentials ?? (() => checked.credentials),
    runtime,
    pool: new FramePool(),
    meter,
    memory: new MemoryBudget(defaultTunnelLimits.bytesPerTunnel),
  };
  const { signal } = options;
  const abort = (): void => tunnel.destroy();
  const tunnel = new DeviceTunnel({
    dial: (attempt) => dialTunnel(dialOptions, attempt),
    runtime,
    meter,
    backoff: checked.backoff,
    keepTrying: options.keepTrying ?? false,
    hold: holdProcess,
    onClosed: () => {
      signal?.removeEventListener('abort', abort);
      release();
    },
  });
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  return tunnel;
}

function checkOptions(options: ConnectOptions) {
  const faults: DeviceError[] = [];
  const check = <Value>(read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DeviceError)) throw error;
      faults.push(error);
      return undefined;
    }
  };
  const must = (holds: boolean, path: string, got: unknown, allowed: string): void => {
    if (holds) return;
    faults.push(
      new DeviceError('OPTIONS_INVALID', `${path}: is not valid (got ${JSON.stringify(got)}, allowed ${allowed})`),
    );
  };
  const { fleet, device, serverName, maxFrame = limits.frameMax } = options;
  const { minVersion = 'TLSv1.2', maxVersion = 'TLSv1.3', binding = 'exporter', profile = 'full' } = options;
  const backoff = { ...defaultBackoff, ...options.backoff };
  const server = parseAddress(String(options.server));
  must(server !== undefined && server.host !== '' && server.port > 0, 'server', options.server, 'host:port');
  must(/^[a-z0-9-]{1,63}$/.test(String(fleet)), 'fleet', fleet, '1 to 63 characters of a-z, 0-9 and -');
  must(
    /^[\x21-\x7e]{1,128}$/.test(String(device)),
    'device',
    device,
    '1 to 128 printable ASCII characters without spaces',
  );
  must(
    serverName === undefined || (serverName !== '' && isIP(serverName) === 0),
    'serverName',
    serverName,
    'a host name',
  );
  const versions = ['TLSv1.2', 'TLSv1.3'];
  must(versions.includes(minVersion), 'minVersion', minVersion, versions.join(', '));
  must(versions.includes(maxVersion) && minVersion <= maxVersion, 'maxVersion', maxVersion, `${minVersion} or later`);
  must(['exporter', 'certificate'].includes(binding), 'binding', binding, 'exporter, certificate');
  must(['full', 'minimal'].includes(profile), 'profile', profile, 'full, minimal');
  must(
    Number.isInteger(maxFrame) && maxFrame >= limits.bootstrapFrame && maxFrame <= limits.frameMax,
    'maxFrame',
    maxFrame,
    `${limits.bootstrapFrame} to ${limits.frameMax}`,
  );
  must(backoff.minMs > 0 && backoff.minMs <= backoff.maxMs, 'backoff', backoff, '0 < minMs <= maxMs');
  const ca = check(() => parseCa(options.ca, 'ca'));
  const key = check(() => parseDeviceKey(options.key, 'key'));
  if (faults.length > 0) {
    const code = faults.every((fault) => fault.code === 'KEYS_INVALID') ? 'KEYS_INVALID' : 'OPTIONS_INVALID';
    throw new DeviceError(code, faults.map(({ message }) => message).join('\n'));
  }
  return {
    credentials: { ca, key } as Credentials,
    backoff,
    dial: {
      server: server as Address,
      serverName,
      fleet,
      device,
      minVersion,
      maxVersion,
      binding,
      maxFrame,
      profile: profile === 'full' ? ('FULL' as const) : ('MINIMAL' as const),
    },
  };
}
