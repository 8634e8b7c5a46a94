// The agent's admin port: probes and metrics, read only. Connections and their bounds are `AdminHttp`'s.
import type { ServerResponse } from 'node:http';
import type { Address } from '@quietwire/shaping';
import { AdminHttp, type TimerRuntime } from '@quietwire/tunnel';
import { listen } from './listen.ts';

export interface AdminSources {
  /** Why the agent is not ready; undefined if it is. */
  notReady(): string | undefined;
  /** Prometheus text. */
  metrics(): string;
}

export class AdminServer {
  readonly #http: AdminHttp;

  constructor(sources: AdminSources, runtime: TimerRuntime) {
    const routes: Readonly<Record<string, (response: ServerResponse) => void>> = {
      '/livez': (response) => send(response, 200, 'ok\n'),
      '/readyz': (response) => {
        const reason = sources.notReady();
        if (reason === undefined) send(response, 200, 'ok\n');
        else send(response, 503, `${reason}\n`);
      },
      '/metrics': (response) => send(response, 200, sources.metrics(), 'text/plain; version=0.0.4; charset=utf-8'),
    };
    this.#http = new AdminHttp(runtime, (request, response) => {
      const [path = ''] = (request.url ?? '').split('?');
      const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
      if (route === undefined) send(response, 404, `nothing here; there are ${Object.keys(routes).join(' ')}\n`);
      else if (request.method === 'GET' || request.method === 'HEAD') route(response);
      else send(response.setHeader('allow', 'GET, HEAD'), 405, 'allowed GET, HEAD\n');
    });
  }

  /** @throws (rejects) DeviceError ADDRESS_UNAVAILABLE */
  listen(address: Address): Promise<Address> {
    const host = address.host === '' ? '127.0.0.1' : address.host;
    return listen(this.#http.server, { host, port: address.port }, 'admin.address');
  }

  close(): void {
    void this.#http.close();
  }
}

function send(response: ServerResponse, status: number, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(text);
}
