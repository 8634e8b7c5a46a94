/**
 * The `code` of every log line, with its level and meaning. Nothing above level `debug` names a device, a payload's size or
 * anything that moves with activity: a log is a side channel too (design.md, invariant 14). Two exceptions, which
 * docs/telemetry.md explains: SERVICE_UNREACHABLE and SERVICE_UNKNOWN, at full minutes, and UNDELIVERED at a stop.
 */

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export const sidecarEvents = {
  STARTED: { level: 'info', text: 'Both ports are open; the message names them.' },
  POLICY_LOADED: {
    level: 'info',
    text: 'A policy is in force for its fleet: at the start, or after SIGHUP where it changed; with c, and what c rests on.',
  },
  RELOADED: { level: 'info', text: 'SIGHUP: certificate, keys and policy files were read again and are in force.' },
  RELOAD_REFUSED: { level: 'error', text: 'SIGHUP: something on disk is not valid; everything stays as it was.' },
  REVOCATION_REFUSED: {
    level: 'warn',
    text: 'A list of revoked devices was not taken: half written, malformed, or empty without saying so; the one in force stays.',
  },
  CERTIFICATE_REMARK: {
    level: 'warn',
    text: 'The server certificate is expired, not valid yet, expires soon, or its chain is out of order.',
  },
  DESCRIPTORS_FEW: {
    level: 'warn',
    text: 'The limit of file descriptors lies below what limits.tunnels needs, or cannot be known.',
  },
  DESCRIPTORS_EXHAUSTED: {
    level: 'error',
    text: 'No file descriptor is left: newcomers are closed unanswered, services are not reached. Looked for every ten seconds, told once a minute.',
  },
  DRAINING: { level: 'info', text: 'No new connections; the tunnels close by the rule of the period clock.' },
  STOPPED: { level: 'info', text: 'All tunnels are closed.' },
  DRAIN_DEADLINE: {
    level: 'warn',
    text: 'drain.deadline passed before every tunnel had closed; the rest was cut off.',
  },
  UNDELIVERED: { level: 'warn', text: 'Tunnels closed with data that they had accepted and not delivered.' },
  CONNECTION_REFUSED: { level: 'warn', text: 'A connection was refused before or during the TLS handshake.' },
  AUTHENTICATION_FAILED: { level: 'warn', text: 'A peer did not prove that it is a device of its fleet.' },
  DEVICE_REFUSED: {
    level: 'warn',
    text: 'A device was refused for another reason than its proof: the message tells which (BUSY, NO_POLICY, FRAME_TOO_LARGE, VERSION, REVOKED …).',
  },
  PEER_FAILED: { level: 'warn', text: 'A peer broke the protocol; its tunnel is closed.' },
  SERVICE_UNREACHABLE: {
    level: 'warn',
    text: 'A service of the policy did not accept connections; streams to it are reset. At the next full minute of the process, and not again before it was reached, nor within the hour.',
  },
  SERVICE_UNKNOWN: {
    level: 'warn',
    text: 'A device asked for a service that its policy does not name; the stream is reset. Once per policy, at the next full minute of the process.',
  },
  SECONDARY_KEY: { level: 'debug', text: 'A device proved itself with the secondary key.' },
  TUNNEL_OPENED: { level: 'debug', text: 'A device is connected.' },
  TUNNEL_CLOSED: { level: 'debug', text: 'A tunnel ended: closed, or lost, as the message tells.' },
  TUNNEL_REPLACED: { level: 'debug', text: 'A device connected again while its old tunnel stood: the newest wins.' },
  STREAM_FAILED: { level: 'debug', text: 'A stream ended by an error of the service or of the device.' },
  KEY_FILE_EXPOSED: {
    level: 'warn',
    text: 'At the start: others than its owner may read, or change, a file with a key. Secret volumes of Kubernetes are not looked at.',
  },
  LOG_LOST: {
    level: 'warn',
    text: 'So many log lines before this one could not be written, or came faster than they were read.',
  },
  SUPPRESSED: { level: 'warn', text: 'Lines of one code came faster than the log takes; the message tells how many.' },
  TELEMETRY_FAILED: { level: 'warn', text: 'Metrics could not be sent by OTLP; the message of the exporter follows.' },
  TELEMETRY_DIAGNOSTIC: {
    level: 'debug',
    text: 'What OpenTelemetry tells beyond warnings, where OTEL_LOG_LEVEL asks for it.',
  },
} as const satisfies Record<string, { level: LogLevel; text: string }>;

export type SidecarEvent = keyof typeof sidecarEvents;
