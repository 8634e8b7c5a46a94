import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { encodeProxyHeader } from '../../src/proxy/encode-proxy-header.ts';
import { readAll, startBackend } from '../fixture/backend.ts';

const nginx = ['nginx', '/usr/sbin/nginx'].find((path) => spawnSync(path, ['-v']).error === undefined);

test('nginx reads our PROXY header', { skip: nginx === undefined ? 'no nginx on this machine' : false }, async () => {
  const directory = await mkdtemp(join(tmpdir(), 'quietwire-nginx-'));
  const { port, close } = await startBackend(() => {});
  close();
  const config = `daemon off; master_process off; error_log stderr; pid ${directory}/pid;
    events { worker_connections 64; }
    http {
      access_log off; ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${directory}/${name};`).join(' ')}
      server { listen 127.0.0.1:${port} proxy_protocol;
        location / { return 200 "$proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr $proxy_protocol_server_port"; } }
    }`;
  await writeFile(join(directory, 'nginx.conf'), config);
  const server = spawn(nginx ?? 'nginx', ['-c', join(directory, 'nginx.conf'), '-p', directory], { stdio: 'ignore' });
  try {
    for (const [source, destination] of [
      ['203.0.113.9', '10.1.2.3'],
      ['2001:db8::9', '2001:db8::1'],
    ] as const) {
      const header = encodeProxyHeader({
        source: { address: source, port: 40_001 },
        destination: { address: destination, port: 7443 },
        fleet: 'smart-plug',
        commonName: 'plug-17',
        tlsVersion: 'TLSv1.3',
        alpn: 'quietwire/1',
      });
      const answer = await ask(port, Buffer.concat([header, Buffer.from('GET / HTTP/1.0\r\n\r\n')]));
      assert.match(answer, new RegExp(`\r\n\r\n${source} 40001 ${destination} 7443$`));
    }
  } finally {
    server.kill('SIGKILL');
  }
});

/** Sends bytes and reads to the end; tries again until the server listens. */
async function ask(port: number, bytes: Buffer): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    socket.write(bytes);
    try {
      return (await readAll(socket)).toString();
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
