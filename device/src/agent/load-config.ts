// The configuration of the agent from flags, file, environment and `--set`, checked beyond its schema.
import { isIP } from 'node:net';
import { type Address, type Fault, loadConfig, type Path, parseAddress, ShapingError } from '@quietwire/shaping';
import { type AgentConfig, agentConfigSchema } from './config-schema.ts';

/** One local port. */
export interface Forward {
  readonly service: string;
  readonly address: Address;
}

export interface AgentSettings {
  readonly config: AgentConfig;
  readonly forwards: readonly Forward[];
}

export interface ConfigInput {
  /** The file's text; undefined without a file. */
  readonly text?: string | undefined;
  /** The file's name, for messages. */
  readonly source?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Keys by flags of their own, in the order given: they win over the environment. */
  readonly flags: readonly FlagValue[];
  /** `key=value` in the order given: they win over all else. */
  readonly sets: readonly string[];
}

export interface FlagValue {
  /** As typed, for messages: `--key`. */
  readonly flag: string;
  readonly key: string;
  readonly value: string;
}

/** Keys that this version knows but cannot honour: whoever sets one must not believe that it works. */
export const laterKeys = ['tls.certFile', 'tls.keyFile'] as const;

/** @throws ShapingError CONFIG_INVALID with every fault. */
export function loadAgentConfig(input: ConfigInput): AgentSettings {
  const { text, source, environment, flags } = input;
  const sets = [...flags.map(({ key, value }) => `${key}=${value}`), ...input.sets];
  const config = namingFlags(flags, () => loadConfig({ schema: agentConfigSchema, text, source, environment, sets }));
  const { forwards, faults } = parseForwards(config.forward);
  faults.push(...faultsBeyondSchema(config));
  if (faults.length > 0) throw ShapingError.invalid('CONFIG_INVALID', faults);
  return { config, forwards };
}

/** Faults of flags name the flag and not the `--set` that it stands for. */
function namingFlags<Value>(flags: readonly FlagValue[], load: () => Value): Value {
  try {
    return load();
  } catch (error) {
    if (!(error instanceof ShapingError)) throw error;
    const names = new Map(flags.map(({ flag, key }) => [`--set ${key}`, flag]));
    const faults = error.faults.map((fault) => ({ ...fault, source: names.get(fault.source ?? '') ?? fault.source }));
    throw ShapingError.invalid('CONFIG_INVALID', faults);
  }
}

function faultsBeyondSchema(config: AgentConfig): Fault[] {
  const { server, tls, backoff } = config;
  const faults: Fault[] = [];
  const must = (holds: boolean, path: Path, got: unknown, allowed: string, message = 'is not valid'): void => {
    if (!holds) faults.push({ path, message, got, allowed });
  };
  must(server.host !== '' && server.port > 0, ['server'], `${server.host}:${server.port}`, 'host:port');
  must(
    tls.serverName === undefined || isIP(tls.serverName) === 0,
    ['tls', 'serverName'],
    tls.serverName,
    'a host name',
  );
  must(backoff.min <= backoff.max, ['backoff', 'min'], `${backoff.min}ms`, `at most backoff.max, ${backoff.max}ms`);
  for (const key of ['certFile', 'keyFile'] as const)
    must(tls[key] === undefined, ['tls', key], tls[key], 'nothing', 'is not in this version');
  return faults;
}

function parseForwards(texts: readonly string[]): { forwards: Forward[]; faults: Fault[] } {
  const forwards: Forward[] = [];
  const faults: Fault[] = [];
  const taken = new Set<string>();
  texts.forEach((text, index) => {
    const [, service, rest = ''] = /^([a-z0-9-]{1,63})=(.*)$/.exec(text) ?? [];
    const address = parseAddress(rest);
    if (service === undefined || address === undefined || address.port === 0) {
      const allowed = 'SERVICE=ADDR:PORT such as mqtt=127.0.0.1:1883';
      faults.push({ path: ['forward', index], message: 'has the wrong form', got: text, allowed });
      return;
    }
    const local = { host: address.host === '' ? '127.0.0.1' : address.host, port: address.port };
    const place = `${local.host}:${local.port}`;
    if (taken.has(place))
      faults.push({ path: ['forward', index], message: 'uses a port twice', got: text, allowed: 'each once' });
    taken.add(place);
    forwards.push({ service, address: local });
  });
  return { forwards, faults };
}
