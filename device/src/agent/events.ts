// The `code` of every log line of the agent, with its level and meaning. Nothing above level `debug` names the device, a
// payload's size or when the device is used: a log is a side channel too (design.md, invariant 14). Two exceptions, which
// docs/telemetry.md explains: SERVICE_REFUSED, at full minutes, and UNDELIVERED at a stop.

export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

export const agentEvents = {
  STARTED: { level: 'info', text: 'The configuration is in force; the message names the server and the admin port.' },
  TUNNEL_UP: {
    level: 'info',
    text: 'The tunnel stands and local connections go through; the message names the ports.',
  },
  TUNNEL_DOWN: { level: 'warn', text: 'The tunnel is over; the local ports reset connections.' },
  RETRY: {
    level: 'warn',
    text: 'The server cannot be reached or refused; the message tells why and when the next attempt comes.',
  },
  DRAINING: {
    level: 'info',
    text: 'The sidecar will close the tunnel soon; the local ports reset connections until the next one stands.',
  },
  STOPPING: { level: 'info', text: 'A signal came; the tunnel closes at the end of a period.' },
  STOPPED: { level: 'info', text: 'The tunnel is closed.' },
  UNDELIVERED: { level: 'warn', text: 'The tunnel closed with data that it had accepted and not delivered.' },
  RELOADED: {
    level: 'info',
    text: 'SIGHUP: key and certificate authority were read again; the next connection uses them.',
  },
  RELOAD_REFUSED: {
    level: 'error',
    text: 'SIGHUP: the key or the certificate authority is not valid; the old ones stay.',
  },
  SERVICE_REFUSED: {
    level: 'warn',
    text: 'The sidecar reset a stream: it does not know the service, or does not reach it. Once per service, reason and tunnel, at the next full minute of the process.',
  },
  KEY_FILE_EXPOSED: {
    level: 'warn',
    text: 'At the start: others than its owner may read, or change, the file with the device key.',
  },
  LOG_LOST: {
    level: 'warn',
    text: 'So many log lines before this one could not be written, or came faster than they were read.',
  },
  STREAM_FAILED: { level: 'debug', text: 'A stream ended by an error, and its local connection with it.' },
  SESSION: { level: 'debug', text: 'The device and fleet that the tunnel stands for.' },
} as const satisfies Record<string, { level: LogLevel; text: string }>;

export type AgentEvent = keyof typeof agentEvents;
