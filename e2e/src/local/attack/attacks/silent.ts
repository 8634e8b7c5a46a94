// Connections that take the places of handshakes and never become one: silent ones, such as have begun a ClientHello, such as go
// on with it a byte at a time. Their harm is that honest devices are kept out.
import { setTimeout as delay } from 'node:timers/promises';
import { type Arm, type Attack, attackerAddress, balancerAddress, type Effort } from '../attack.ts';
import { PlainConnection } from '../plain-connection.ts';
import { proxyHeader } from '../proxy-header.ts';

const PER_SECOND = 500;
const EVERY_MS = 20;
const TRICKLERS = 400;
const TRICKLE_MS = 20;
const newcomers = { count: 9, behindBalancer: false };
/** Of RFC 5737; the balancer's honest peers have others. */
const namedSource = '203.0.113.66';

/** A record header that promises 512 bytes, and the first of a ClientHello. */
const helloBegun = Buffer.from('160301020001', 'hex');

/** 500 connections a second that say `first` and nothing more. They stand until the sidecar ends them, or the attack is over. */
function standing(source: string, first: Buffer): Arm {
  return async ({ port }, effort) =>
    async (stop) => {
      const open = new Set<PlainConnection>();
      while (!stop.aborted) {
        for (let number = 0; number < (PER_SECOND * EVERY_MS) / 1000; number += 1) {
          void knock(port, source, first, effort).then((connection) => {
            if (connection !== undefined) open.add(connection);
            if (stop.aborted) connection?.destroy();
          });
        }
        await delay(EVERY_MS);
      }
      effort.dropped += [...open].filter(({ isOpen }) => !isOpen).length;
      for (const connection of open) connection.destroy();
    };
}

async function knock(
  port: number,
  source: string,
  first: Buffer,
  effort: Effort,
): Promise<PlainConnection | undefined> {
  effort.connections += 1;
  try {
    const connection = await PlainConnection.open(port, source);
    effort.opened += 1;
    effort.bytes += first.length;
    if (first.length > 0) void connection.write(first);
    return connection;
  } catch (error) {
    effort.failed(error);
    return undefined;
  }
}

export const silentAttacks: readonly Attack[] = [
  {
    name: 'silent',
    about: '500 connections a second from one address that send nothing',
    arm: standing(attackerAddress, Buffer.alloc(0)),
    newcomers,
  },
  {
    name: 'hello-begun',
    about: '500 connections a second from one address that send six bytes of a ClientHello',
    arm: standing(attackerAddress, helloBegun),
    newcomers,
  },
  {
    name: 'silent-balancer',
    about: '500 connections a second through a trusted balancer, of one address, that send nothing',
    arm: standing(balancerAddress, proxyHeader(namedSource)),
    newcomers: { ...newcomers, behindBalancer: true },
  },
  {
    name: 'trickle',
    about: '400 connections from one address that send a ClientHello byte by byte',
    arm:
      async ({ port }, effort) =>
      async (stop) => {
        const trickle = async (): Promise<void> => {
          const connection = await knock(port, attackerAddress, helloBegun, effort);
          while (connection?.isOpen === true && !stop.aborted) {
            await connection.write(Buffer.of(0));
            effort.bytes += 1;
            await delay(TRICKLE_MS);
          }
          if (!stop.aborted) effort.dropped += 1;
          connection?.destroy();
        };
        const keepTrickling = async (): Promise<void> => {
          while (!stop.aborted) {
            await trickle();
            await delay(TRICKLE_MS);
          }
        };
        await Promise.all(Array.from({ length: TRICKLERS }, keepTrickling));
      },
    newcomers,
  },
];
