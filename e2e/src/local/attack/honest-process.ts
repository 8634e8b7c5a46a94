// A program of its own: honest devices by the product's client library. Victims stand all the time, newcomers come while an
// attack goes on; and the balancer through which some of them come.
import { connect as connectPlain, createServer } from 'node:net';
import { connect, type Tunnel } from '@quietwire/device';
import type { JsonObject } from '../../harness/child-program.ts';
import { serveCommands } from '../../harness/command-loop.ts';
import { balancerAddress } from './attack.ts';
import { proxyHeader } from './proxy-header.ts';

interface Identity {
  readonly device: string;
  readonly key: string;
}

interface Devices {
  readonly port: number;
  readonly ca: string;
  readonly fleet: string;
  readonly devices: readonly Identity[];
}

/** Lost tunnels come back fast: each row of the table begins with all victims. */
const backoff = { minMs: 100, maxMs: 1000 };
/** A newcomer comes so long after the one before. */
const APART_MS = 150;
/** A newcomer that was refused tries again, as agents do. */
const newcomerBackoff = { minMs: 250, maxMs: 1000 };
/** Sources that the balancer names begin here (RFC 5737). */
const NAMED = '198.51.100.';

const victims: Tunnel[] = [];

function optionsFor({ port, ca, fleet }: Devices, { device, key }: Identity) {
  return { server: `127.0.0.1:${port}`, serverName: 'localhost', ca, fleet, device, key };
}

async function startVictims(command: JsonObject): Promise<JsonObject> {
  const options = command as unknown as Devices;
  for (const identity of options.devices) {
    victims.push(await connect({ ...optionsFor(options, identity), backoff }));
  }
  return {};
}

/** How long each newcomer took to its tunnel, ms; −1 if it had none by its deadline. */
async function receive(command: JsonObject): Promise<JsonObject> {
  const options = command as unknown as Devices & { readonly deadlineMs: number };
  const come = async (identity: Identity, index: number): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, index * APART_MS));
    const startMs = performance.now();
    const signal = AbortSignal.timeout(options.deadlineMs);
    try {
      const tunnel = await connect({
        ...optionsFor(options, identity),
        backoff: newcomerBackoff,
        keepTrying: true,
        signal,
      });
      tunnel.destroy();
      return performance.now() - startMs;
    } catch {
      return -1;
    }
  };
  return { tookMs: await Promise.all(options.devices.map(come)) };
}

/** Relays to the sidecar, each connection behind a header that names a source of its own. */
async function startBalancer({ port }: JsonObject): Promise<JsonObject> {
  let last = 0;
  const server = createServer({ noDelay: true }, (client) => {
    last = (last % 250) + 1;
    const sidecar = connectPlain({
      host: '127.0.0.1',
      port: Number(port),
      localAddress: balancerAddress,
      noDelay: true,
    });
    sidecar.write(proxyHeader(`${NAMED}${last}`));
    client.pipe(sidecar).pipe(client);
    client.on('error', () => sidecar.destroy());
    sidecar.on('error', () => client.destroy());
    client.once('close', () => sidecar.destroy());
    sidecar.once('close', () => client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: address !== null && typeof address === 'object' ? address.port : 0 };
}

serveCommands({
  victims: startVictims,
  standing: () => ({ count: victims.filter(({ state }) => state === 'up').length }),
  newcomers: receive,
  balancer: startBalancer,
});
