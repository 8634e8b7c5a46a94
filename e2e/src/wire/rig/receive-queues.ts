// What lies unread in the kernel for the sockets of a port: a process that pauses reading lets it grow, and TCP's window
// shrinks for all to see. Linux only, no rights needed.
import { readFile } from 'node:fs/promises';

/** Largest receive queue in bytes of all TCP sockets with one of these ports at either end; undefined without /proc. */
export async function largestReceiveQueue(ports: readonly number[]): Promise<number | undefined> {
  const table = await readFile('/proc/net/tcp', 'utf8').catch(() => undefined);
  if (table === undefined) return undefined;
  const suffixes = ports.map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')}`);
  const isOurs = (address: string) => suffixes.some((suffix) => address.endsWith(suffix));
  let largest = 0;
  for (const line of table.split('\n').slice(1)) {
    // sl, local_address, rem_address, st, tx_queue:rx_queue … (proc_net_tcp.rst)
    const [, local = '', remote = '', state, queues = ''] = line.trim().split(/\s+/);
    if (state !== ESTABLISHED || !(isOurs(local) || isOurs(remote))) continue;
    largest = Math.max(largest, Number.parseInt(queues.split(':')[1] ?? '0', 16));
  }
  return largest;
}

const ESTABLISHED = '01';
