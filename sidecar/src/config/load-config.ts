/**
 * The configuration of the sidecar from file, environment and `--set`, checked beyond its schema: address ranges, and keys
 * of later versions, which are refused rather than ignored.
 */
import { type Fault, loadConfig, type Path, ShapingError } from '@quietwire/shaping';
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
  const config = loadConfig({ schema: sidecarConfigSchema, ...input });
  const faults = [...faultsOfLaterKeys(config), ...faultsOfRanges(config)];
  if (faults.length > 0) {
    throw ShapingError.invalid(
      'CONFIG_INVALID',
      faults.map((fault) => ({ ...fault, source: input.source })),
    );
  }
  return config;
}

function faultsOfLaterKeys(config: SidecarConfig): Fault[] {
  const standard = loadConfig({
    schema: sidecarConfigSchema,
    sets: ['tls.certFile=x', 'tls.keyFile=x', 'policy.files=x'],
  });
  return laterKeys.flatMap((key) => {
    const path = key.split('.');
    const got = valueAt(config, path);
    const allowed = valueAt(standard, path);
    if (JSON.stringify(got) === JSON.stringify(allowed)) return [];
    return [
      { path, message: 'is not in this version', got, allowed: allowed === undefined ? 'nothing' : 'the default only' },
    ];
  });
}

function faultsOfRanges(config: SidecarConfig): Fault[] {
  return config.listen.proxyProtocol.trusted.flatMap((range, index) => {
    const message = faultOfCidr(range);
    const path = ['listen', 'proxyProtocol', 'trusted', index];
    return message === undefined
      ? []
      : [{ path, message, got: range, allowed: 'a range such as 10.0.0.0/8 or fd00::/8' }];
  });
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], value);
}
