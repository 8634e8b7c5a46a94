// Debian's nginx as an HTTP service that insists on a PROXY header and says in its answers what the header told it.
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Child } from '../../harness/child.ts';
import { waitUntil } from '../../harness/wait.ts';
import type { Workplace } from '../rig/workplace.ts';

const nginxFile = '/usr/sbin/nginx';

/** Why nginx cannot be used here; undefined if it can. */
export function nginxMissing(): string | undefined {
  return existsSync(nginxFile) ? undefined : `${nginxFile} missing: apt-get install nginx-light`;
}

/**
 * Serves the files in `www` of the workplace; what is under /api/ goes on to another server. Answers carry X-Client and
 * X-Server, source and destination by the PROXY header.
 */
export async function startNginx(place: Workplace, port: number, apiPort: number): Promise<Child> {
  await mkdir(place.path('www'), { recursive: true });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const config = `
daemon off;
master_process off;
pid ${place.path('nginx.pid')};
error_log stderr warn;
events { worker_connections 64; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${place.path(`nginx-${name}`)};`).join(' ')}
  server {
    listen 127.0.0.1:${port} proxy_protocol;
    root ${place.path('www')};
    add_header X-Client "$proxy_protocol_addr:$proxy_protocol_port" always;
    add_header X-Server "$proxy_protocol_server_addr:$proxy_protocol_server_port" always;
    location /api/ { proxy_pass http://127.0.0.1:${apiPort}; }
  }
}
`;
  const file = await place.file('nginx.conf', config);
  const args = ['-c', file, '-p', place.directory, '-e', 'stderr'];
  const child = place.start({ name: 'nginx', command: nginxFile, args });
  await waitUntil(
    () => `nginx listens\n${child.lastWords}`,
    10_000,
    () => accepts(port),
  );
  return child;
}

function accepts(port: number): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(undefined));
  });
}
