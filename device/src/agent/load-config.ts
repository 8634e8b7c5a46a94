// The configuration of the agent from flags, file, environment and `--set`, checked beyond its schema.
import { isIP } from 'node:net';
import {
  type Address,
  type ConfigCheck,
  type Fault,
  loadConfig,
  type Path,
  parseAddress,
  ShapingError,
} from '@quietwire/shaping';
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
  const config = namingFlags(flags, () =>
    loadConfig({ schema: agentConfigSchema, text, source, environment, sets, checks }),
  );
  return { config, forwards: parseForwards(config.forward).forwards };
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

const checks: readonly ConfigCheck<typeof agentConfigSchema>[] = [
  {
    reads: ['server'],
    faults: ({ server: { host, port } }) =>
      host !== '' && port > 0 ? [] : [fault(['server'], `${host}:${port}`, 'host:port')],
  },
  {
    reads: ['tls.serverName'],
    faults: ({ tls: { serverName } }) =>
      serverName === undefined || isIP(serverName) === 0
        ? []
        : [fault(['tls', 'serverName'], serverName, 'a host name')],
  },
  {
    reads: ['backoff.min', 'backoff.max'],
    faults: ({ backoff: { min, max } }) =>
      min <= max ? [] : [fault(['backoff', 'min'], `${min}ms`, `at most backoff.max, ${max}ms`)],
  },
  ...laterKeys.map((key) => {
    const path = key.split('.');
    return {
      reads: [key],
      faults: ({ tls }: AgentConfig) => {
        const got = tls[path[1] as 'certFile' | 'keyFile'];
        return got === undefined ? [] : [fault(path, got, 'nothing', 'is not in this version')];
      },
    };
  }),
  { reads: [], faults: ({ forward }: { readonly forward?: unknown }) => parseForwards(forward).faults },
];

function fault(path: Path, got: unknown, allowed: string, message = 'is not valid'): Fault {
  return { path, message, got, allowed };
}

/** Entries that are no text are the schema's to refuse. */
function parseForwards(texts: unknown): { forwards: Forward[]; faults: Fault[] } {
  const forwards: Forward[] = [];
  const faults: Fault[] = [];
  const taken = new Set<string>();
  const entries: readonly unknown[] = Array.isArray(texts) ? texts : [];
  entries.forEach((text, index) => {
    if (typeof text !== 'string') return;
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
