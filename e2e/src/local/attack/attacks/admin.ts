// The admin port: whoever reaches it can hold its connections, and ask without end for what is dear to render.
import { type Attack, attackerAddress, type Effort, type Target } from '../attack.ts';
import { armLanes } from '../lanes.ts';
import { PlainConnection } from '../plain-connection.ts';

const IDLE = 128;
const LANES = 16;
/** Requests that a connection sends without waiting for answers. */
const PIPELINED = 16;

function open({ adminPort }: Target): Promise<PlainConnection> {
  return PlainConnection.open(adminPort, attackerAddress);
}

/** Connections that say `first`, then stand. */
function idle(target: Target, effort: Effort, first: Buffer): Promise<(stop: AbortSignal) => Promise<void>> {
  const said = new WeakSet<PlainConnection>();
  return armLanes(IDLE, effort, {
    open: () => open(target),
    next: (connection) => {
      if (first.length === 0 || said.has(connection)) return undefined;
      said.add(connection);
      return first;
    },
  });
}

function requests(name: string, about: string, path: string): Attack {
  return {
    name,
    about,
    arm: (target, effort) => {
      const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${target.adminPort}\r\n\r\n`;
      const bytes = Buffer.from(request.repeat(PIPELINED));
      return armLanes(LANES, effort, { open: () => open(target), next: () => bytes });
    },
  };
}

export const adminAttacks: readonly Attack[] = [
  {
    name: 'admin-idle',
    about: '128 connections to the admin port that say nothing',
    arm: (target, effort) => idle(target, effort, Buffer.alloc(0)),
  },
  {
    name: 'admin-begun',
    about: '128 connections to the admin port that begin a request',
    arm: (target, effort) => idle(target, effort, Buffer.from('GET /metrics HTTP/1.1\r\nHost:')),
  },
  requests('admin-metrics', 'a flood of /metrics, pipelined on 16 connections', '/metrics'),
  requests('admin-config', 'a flood of /config, pipelined on 16 connections', '/config'),
];
