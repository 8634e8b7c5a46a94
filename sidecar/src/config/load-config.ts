/**
 * The configuration of the sidecar from file, environment and `--set`, checked beyond its schema: address ranges, URLs, and
 * keys of later versions, which are refused rather than ignored.
 */
import { type Fault, loadConfig, type Path } from '@quietwire/shaping';
import { faultOfCidr } from '../proxy/trusted-proxies.ts';
import { type SidecarConfig, sidecarConfigSchema } from './schema.ts';

export interface ConfigInput {
  /** The file's text. */
  readonly text: string;
  /** The file's name, for messages. */
  readonly source?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** `key=value` in the order given. */
  readonly sets?: readonly string[];
}

/**
 * Keys that this version knows but cannot honour: whoever sets one must not believe that it works.
 * Tested against `docs/configuration.md`.
 */
export const laterKeys = [
  'tls.clientCaFile',
  'policy.operator',
  'policy.stateDir',
  'policy.spread',
  'drain.spread',
  'resume.grace',
  'resume.maxTunnels',
  'telemetry.activityInterval',
  'telemetry.minFleet',
] as const;

/** @throws ShapingError CONFIG_INVALID with every fault. */
export function loadSidecarConfig(input: ConfigInput): SidecarConfig {
  return loadConfig({
    schema: sidecarConfigSchema,
    ...input,
    checks: [
      { reads: [], faults: faultsOfLaterKeys },
      { reads: [], faults: faultsOfRanges },
      { reads: ['telemetry.otlp.endpoint'], faults: faultsOfEndpoint },
    ],
  });
}

/** @param config what its schema may have refused. */
function faultsOfLaterKeys(config: unknown): Fault[] {
  const standard = loadConfig({
    schema: sidecarConfigSchema,
    sets: ['tls.certFile=x', 'tls.keyFile=x', 'policy.files=x'],
  });
  return laterKeys.flatMap((key) => {
    const path = key.split('.');
    const got = valueAt(config, path);
    const allowed = valueAt(standard, path);
    if (got === undefined || JSON.stringify(got) === JSON.stringify(allowed)) return [];
    return [
      { path, message: 'is not in this version', got, allowed: allowed === undefined ? 'nothing' : 'the default only' },
    ];
  });
}

/** @param config what its schema may have refused. */
function faultsOfRanges(config: unknown): Fault[] {
  const trusted = ['listen', 'proxyProtocol', 'trusted'];
  const ranges = valueAt(config, trusted);
  if (!Array.isArray(ranges)) return [];
  return ranges.flatMap((range: unknown, index) => {
    const message = typeof range === 'string' ? faultOfCidr(range) : undefined;
    return message === undefined
      ? []
      : [{ path: [...trusted, index], message, got: range, allowed: 'a range such as 10.0.0.0/8 or fd00::/8' }];
  });
}

function faultsOfEndpoint({ telemetry }: SidecarConfig): Fault[] {
  const { endpoint: got } = telemetry.otlp;
  if (got === undefined || URL.canParse(got)) return [];
  const allowed = 'a URL such as http://collector:4318';
  return [{ path: ['telemetry', 'otlp', 'endpoint'], message: 'is not a URL', got, allowed }];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], value);
}
