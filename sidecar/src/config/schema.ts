/**
 * Every key of the sidecar's configuration with type, bounds, default and meaning (contract.md section 4).
 * `docs/configuration.md` is checked against this table.
 */
import type { Schema, SchemaValue } from '@quietwire/shaping';

export const sidecarConfigSchema = {
  type: 'object',
  required: ['tls', 'policy'],
  properties: {
    listen: {
      type: 'object',
      default: {},
      properties: {
        address: {
          type: 'string',
          unit: 'address',
          default: '0.0.0.0:7443',
          description: 'Where devices connect. TLS must reach this port as the device sent it.',
        },
        proxyProtocol: {
          type: 'object',
          default: {},
          properties: {
            trusted: {
              type: 'array',
              items: { type: 'string' },
              default: [],
              description: 'Address ranges of balancers whose connections begin with a PROXY v2 header.',
            },
          },
        },
      },
    },
    tls: {
      type: 'object',
      required: ['certFile', 'keyFile'],
      properties: {
        certFile: { type: 'string', minLength: 1, description: 'Server certificate, PEM: the leaf, then its chain.' },
        keyFile: {
          type: 'string',
          minLength: 1,
          description: 'Private key of the certificate, PEM without pass phrase.',
        },
        minVersion: {
          type: 'string',
          enum: ['TLSv1.2', 'TLSv1.3'],
          default: 'TLSv1.2',
          description: 'Oldest TLS version; devices whose stack has no TLS 1.3 need TLSv1.2.',
        },
        clientCaFile: {
          type: 'string',
          minLength: 1,
          description: 'Certificate authorities of devices with certificates.',
        },
        ticketKeyFile: {
          type: 'string',
          minLength: 1,
          description:
            'Key of session tickets, 48 bytes, plain or base64: pods that share it resume each other’s TLS sessions.',
        },
      },
    },
    admin: {
      type: 'object',
      default: {},
      properties: {
        address: {
          type: 'string',
          unit: 'address',
          default: '0.0.0.0:7445',
          description: 'Where probes, metrics and the effective configuration are served.',
        },
      },
    },
    policy: {
      type: 'object',
      exactlyOne: ['files', 'operator'],
      properties: {
        files: {
          type: 'array',
          items: { type: 'string', minLength: 1 },
          minItems: 1,
          description: 'Files of ShapingPolicies, one or more documents each; each fleet has one policy.',
        },
        operator: {
          type: 'object',
          required: ['address'],
          properties: {
            address: { type: 'string', unit: 'address', description: 'The operator that hands out policies.' },
            caFile: { type: 'string', minLength: 1, description: 'Certificate authority of the operator, PEM.' },
            tokenFile: { type: 'string', minLength: 1, description: 'Token by which the sidecar proves its pod.' },
          },
        },
        stateDir: {
          type: 'string',
          minLength: 1,
          default: '/var/lib/quietwire',
          description: 'Where the last good policy of the operator is kept.',
        },
        spread: {
          type: 'string',
          unit: 'duration',
          minimum: 0,
          maximum: 3_600_000,
          default: '60s',
          description: 'Time over which a change of policy reaches the tunnels that stand.',
        },
      },
    },
    keysDir: {
      type: 'string',
      minLength: 1,
      default: '/etc/quietwire/keys',
      description:
        'Directory with FLEET.primary, and if there are any FLEET.secondary (both base64 of 16 to 64 bytes) and FLEET.revoked (device ids, one a line).',
    },
    limits: {
      type: 'object',
      default: {},
      properties: {
        tunnels: {
          type: 'integer',
          minimum: 1,
          maximum: 100_000,
          default: 10_000,
          description: 'Connections at a time that have sent a ClientHello, in whatever state.',
        },
        acceptPerSecond: {
          type: 'integer',
          minimum: 1,
          maximum: 10_000,
          default: 200,
          description: 'TLS handshakes begun per second; who comes faster waits or is refused.',
        },
        handshakes: {
          type: 'integer',
          minimum: 1,
          maximum: 10_000,
          default: 64,
          description: 'TLS handshakes at a time.',
        },
        handshakeTimeout: {
          type: 'string',
          unit: 'duration',
          minimum: 100,
          maximum: 60_000,
          default: '5s',
          description: 'Time for the TLS handshake, waiting included, and again for the proof of the device.',
        },
        streamsPerTunnel: {
          type: 'integer',
          minimum: 1,
          maximum: 65_535,
          default: 16,
          description: 'Streams of a device at a time.',
        },
        opensPerSecond: {
          type: 'integer',
          minimum: 10,
          maximum: 1000,
          default: 10,
          description: 'Streams that a device may open per second. Devices pace themselves at 10.',
        },
        bytesPerTunnel: {
          type: 'string',
          unit: 'size',
          minimum: 16_384,
          maximum: 1_073_741_824,
          default: '256 KiB',
          description:
            'Bytes received from one device that services have not taken yet: 16 KiB at any time, the rest while bytesTotal has it.',
        },
        bytesTotal: {
          type: 'string',
          unit: 'size',
          minimum: 1_048_576,
          maximum: 68_719_476_736,
          default: '256 MiB',
          description:
            'What all tunnels may hold so beyond their first 16 KiB each. What waits to be sent to devices is bounded per stream.',
        },
      },
    },
    drain: {
      type: 'object',
      default: {},
      properties: {
        deadline: {
          type: 'string',
          unit: 'duration',
          minimum: 0,
          maximum: 3_600_000,
          default: '25s',
          description:
            'Time for the clean stop; tunnels that stand after it are cut off. Policies whose tunnels need longer to close are refused.',
        },
        spread: {
          type: 'string',
          unit: 'duration',
          minimum: 0,
          maximum: 3_600_000,
          default: '14s',
          description: 'Time over which a drain reaches the tunnels.',
        },
      },
    },
    resume: {
      type: 'object',
      default: {},
      properties: {
        grace: {
          type: 'string',
          unit: 'duration',
          minimum: 0,
          maximum: 3_600_000,
          default: '30s',
          description: 'How long the streams of a lost connection wait for the device.',
        },
        maxTunnels: {
          type: 'integer',
          minimum: 0,
          maximum: 100_000,
          default: 1000,
          description: 'Lost tunnels that may wait at a time.',
        },
      },
    },
    telemetry: {
      type: 'object',
      default: {},
      properties: {
        otlp: {
          type: 'object',
          default: {},
          properties: {
            endpoint: {
              type: 'string',
              pattern: '^https?://[^/]',
              description: 'Collector that takes metrics by OTLP over HTTP; without one nothing is sent.',
            },
            interval: {
              type: 'string',
              unit: 'duration',
              minimum: 1000,
              maximum: 3_600_000,
              default: '60s',
              description: 'Distance of the pushes.',
            },
          },
        },
        activityInterval: {
          type: 'string',
          unit: 'duration',
          minimum: 60_000,
          maximum: 86_400_000,
          default: '1h',
          description: 'Distance of the updates of series that move with activity.',
        },
        minFleet: {
          type: 'integer',
          minimum: 1,
          maximum: 100_000,
          default: 20,
          description: 'Devices below which such series are withheld.',
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
          description: 'Lines below this level are dropped. Device ids appear at debug only.',
        },
      },
    },
  },
} as const satisfies Schema;

/** Frozen; durations in ms, sizes in bytes, addresses as host and port. */
export type SidecarConfig = SchemaValue<typeof sidecarConfigSchema>;
