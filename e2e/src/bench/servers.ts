// The three servers that a bench compares, on the same certificate and for the same frames: the product's sidecar, nginx
// relaying from a plain upstream, and a bare Node loop.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDevelopmentCertificate, createFleetKeys } from '@quietwire/planner';
import { findFreePorts } from '../harness/free-port.ts';
import { ServerProcess } from './server-process.ts';

export type ServerKind = 'sidecar' | 'nginx' | 'bare';

export interface FrameLoad {
  readonly connections: number;
  /** Distance of frames on one connection, each way, ms. */
  readonly intervalMs: number;
  /** That of the server's frames, where it is another, ms. */
  readonly answersMs?: number;
  readonly size: number;
}

export interface BenchSite {
  readonly directory: string;
  readonly ca: string;
  /** base64 group key. */
  readonly key: string;
  readonly fleet: string;
}

export async function createSite(): Promise<BenchSite> {
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-bench-'));
  const certificate = await createDevelopmentCertificate({
    hosts: ['localhost'],
    notBefore: new Date(Date.now() - 60_000),
    days: 2,
  });
  const keys = createFleetKeys((size) => randomBytes(size));
  await Promise.all([
    writeFile(join(directory, 'ca.pem'), certificate.ca),
    writeFile(join(directory, 'cert.pem'), certificate.cert),
    writeFile(join(directory, 'key.pem'), certificate.key, { mode: 0o600 }),
    writeFile(join(directory, 'bench.primary'), keys.primary, { mode: 0o600 }),
  ]);
  return { directory, ca: join(directory, 'ca.pem'), key: keys.primary, fleet: 'bench' };
}

export function removeSite(site: BenchSite): Promise<void> {
  return rm(site.directory, { recursive: true, force: true });
}

export interface StartedServer {
  readonly process: ServerProcess;
  readonly port: number;
  readonly adminPort?: number;
  /** Where nginx expects the plain server that makes the frames. */
  readonly upstreamPort?: number;
}

export async function startServer(kind: ServerKind, site: BenchSite, load: FrameLoad): Promise<StartedServer> {
  const [port, second] = (await findFreePorts(2)) as [number, number];
  if (kind === 'sidecar') {
    return { port, adminPort: second, process: await startSidecarProcess(site, load, port, second) };
  }
  if (kind === 'nginx') return { port, upstreamPort: second, process: await startNginx(site, load, port, second) };
  const file = fileURLToPath(new URL('./programs/bare-server.ts', import.meta.url));
  const { cert, key } = tlsFiles(site);
  const answersMs = String(load.answersMs ?? load.intervalMs);
  const args = ['--max-semi-space-size=2', file, String(port), cert, key, answersMs, String(load.size)];
  return {
    port,
    process: await ServerProcess.start({ command: process.execPath, args, ready: () => listening(port) }),
  };
}

async function startSidecarProcess(
  site: BenchSite,
  load: FrameLoad,
  port: number,
  admin: number,
): Promise<ServerProcess> {
  const policy = join(site.directory, 'policy.json');
  const config = join(site.directory, 'sidecar.json');
  const slots = (intervalMs: number) => ({ interval: { constant: `${intervalMs}ms` } });
  await writeFile(
    policy,
    JSON.stringify({
      apiVersion: 'quietwire.dev/v1alpha1',
      kind: 'ShapingPolicy',
      metadata: { name: 'bench', namespace: 'bench' },
      spec: {
        fleet: site.fleet,
        workloadSelector: { matchLabels: { app: 'bench' } },
        services: [{ name: 'none', port: 9, proxyProtocol: 'None' }],
        mode: 'ILP',
        frameSize: load.size,
        upstream: slots(load.intervalMs),
        downstream: slots(load.answersMs ?? load.intervalMs),
      },
    }),
  );
  await writeFile(
    config,
    JSON.stringify({
      listen: { address: `127.0.0.1:${port}` },
      admin: { address: `127.0.0.1:${admin}` },
      tls: { certFile: tlsFiles(site).cert, keyFile: tlsFiles(site).key },
      policy: { files: [policy] },
      keysDir: site.directory,
      limits: { tunnels: 20_000, acceptPerSecond: 2000, handshakes: 500, handshakeTimeout: '30s' },
    }),
  );
  const file = fileURLToPath(new URL('../../../sidecar/src/main.ts', import.meta.url));
  // The flags of bin/quietwire-sidecar.mjs.
  const flags = ['--conditions=quietwire-source', '--max-semi-space-size=2'];
  const args = [...flags, file, 'run', '--config', config];
  return await ServerProcess.start({ command: process.execPath, args, ready: () => listening(port) });
}

async function startNginx(site: BenchSite, load: FrameLoad, port: number, upstream: number): Promise<ServerProcess> {
  const { cert, key } = tlsFiles(site);
  const pidFile = join(site.directory, 'nginx.pid');
  const config = join(site.directory, 'nginx.conf');
  await writeFile(
    config,
    `load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; worker_processes 1; pid ${pidFile}; error_log ${join(site.directory, 'nginx.log')} error;
worker_rlimit_nofile 65536;
events { worker_connections ${4 * load.connections + 256}; }
stream { server { listen 127.0.0.1:${port} ssl backlog=4096; proxy_pass 127.0.0.1:${upstream}; tcp_nodelay on;
  ssl_certificate ${cert}; ssl_certificate_key ${key}; ssl_protocols TLSv1.3; proxy_timeout 1h; } }
`,
  );
  const process = await ServerProcess.start({
    command: 'nginx',
    args: ['-p', site.directory, '-c', config],
    ready: () => listening(port),
    measuredPid: workerOf,
  });
  return process;
}

function tlsFiles(site: BenchSite): { cert: string; key: string } {
  return { cert: join(site.directory, 'cert.pem'), key: join(site.directory, 'key.pem') };
}

/** nginx's worker: the child of its master. */
function workerOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ')[0]);
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.on('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}
