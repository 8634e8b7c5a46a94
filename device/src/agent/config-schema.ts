// Every key of the agent's configuration with type, bounds, default and meaning (contract.md section 4).
// docs/configuration.md is checked against this table.
import type { Schema, SchemaValue } from '@quietwire/shaping';

export const agentConfigSchema = {
  type: 'object',
  required: ['server', 'fleet', 'forward'],
  properties: {
    server: {
      type: 'string',
      unit: 'address',
      description: 'Where the sidecar listens, `host:port`.',
    },
    tls: {
      type: 'object',
      default: {},
      required: ['caFile'],
      properties: {
        caFile: {
          type: 'string',
          minLength: 1,
          description: "Certificate authorities, PEM; one of them must have signed the server's certificate.",
        },
        serverName: {
          type: 'string',
          minLength: 1,
          maxLength: 253,
          description: 'Name that the certificate must hold and that the device asks for, if not the host of `server`.',
        },
        certFile: { type: 'string', minLength: 1, description: 'Certificate of the device, instead of a device key.' },
        keyFile: { type: 'string', minLength: 1, description: 'Private key of that certificate.' },
      },
    },
    fleet: {
      type: 'string',
      title: 'label',
      pattern: '^[a-z0-9-]{1,63}$',
      description: 'The fleet that the device belongs to.',
    },
    device: {
      type: 'object',
      default: {},
      required: ['id', 'keyFile'],
      properties: {
        id: {
          type: 'string',
          title: 'device id',
          pattern: '^[\\x21-\\x7e]{1,128}$',
          description: 'The id that the device key was derived for.',
        },
        keyFile: {
          type: 'string',
          minLength: 1,
          description: 'The device key, 32 bytes in base64, as `quietwire keys derive` prints it.',
        },
      },
    },
    forward: {
      type: 'array',
      minItems: 1,
      maxItems: 64,
      items: { type: 'string', minLength: 1 },
      description: 'Local ports and the services that they lead to, `SERVICE=ADDR:PORT`; an empty ADDR is 127.0.0.1.',
    },
    backoff: {
      type: 'object',
      default: {},
      properties: {
        min: {
          type: 'string',
          unit: 'duration',
          minimum: 1,
          maximum: 3_600_000,
          default: '1s',
          description: 'Longest first wait before the next connection; the limit doubles with each attempt.',
        },
        max: {
          type: 'string',
          unit: 'duration',
          minimum: 1,
          maximum: 86_400_000,
          default: '5m',
          description: 'Longest wait at all.',
        },
        jitter: {
          type: 'string',
          enum: ['full'],
          default: 'full',
          description: 'A wait is drawn evenly between nothing and its limit.',
        },
      },
    },
    resume: {
      type: 'boolean',
      default: true,
      description: 'Continue streams over a lost connection. In this version they are reset either way.',
    },
    admin: {
      type: 'object',
      default: {},
      properties: {
        address: {
          type: 'string',
          unit: 'address',
          default: '127.0.0.1:7446',
          description: 'Where probes and metrics are served.',
        },
      },
    },
    log: {
      type: 'object',
      default: {},
      properties: {
        format: {
          type: 'string',
          enum: ['json', 'text'],
          default: 'json',
          description: 'Form of the log lines on stderr.',
        },
        level: {
          type: 'string',
          enum: ['error', 'warn', 'info', 'debug'],
          default: 'info',
          description: 'Lines below this level are dropped. The device id appears at debug only.',
        },
      },
    },
  },
} as const satisfies Schema;

/** Frozen; durations in ms, addresses as host and port. */
export type AgentConfig = SchemaValue<typeof agentConfigSchema>;
