/**
 * The admin port: probes, metrics, the effective configuration, and the drain that a preStop hook asks for. What each
 * answers is given by `AdminSources`; here are routes and rules only. Connections and their bounds are `AdminHttp`'s.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Address } from '@quietwire/shaping';
import { AdminHttp, type TimerRuntime } from '@quietwire/tunnel';
import { listenOn } from '../listener/listen-address.ts';
import { drainRefusal } from './drain-refusal.ts';
import { RenderCache } from './render-cache.ts';

export interface AdminSources {
  /** Why the sidecar is not ready; none if it is. */
  notReady(): readonly string[];
  /** What an operator should know although the sidecar is ready. */
  remarks?(): readonly string[];
  /** The effective configuration, without secrets. */
  config(): unknown;
  /** Prometheus text. */
  metrics(): Promise<string>;
  /** Begins the clean stop. */
  drain(): void;
}

type Route = (response: ServerResponse) => void;

const plainText = 'text/plain; charset=utf-8';
const prometheusText = 'text/plain; version=0.0.4; charset=utf-8';

export class AdminServer {
  readonly #http: AdminHttp;
  readonly #reads: Readonly<Record<string, Route>>;
  readonly #sources: AdminSources;

  constructor(sources: AdminSources, runtime: TimerRuntime) {
    this.#sources = sources;
    const metrics = new RenderCache(runtime.clock, () => sources.metrics());
    const config = new RenderCache(runtime.clock, () => `${JSON.stringify(sources.config(), undefined, 2)}\n`);
    const rendered =
      (cache: RenderCache, type: string): Route =>
      (response) => {
        cache.take().then(
          (text) => send(response, 200, text, type),
          () => send(response, 500, 'cannot be rendered\n'),
        );
      };
    this.#reads = {
      // An answer at all shows that the loop turns.
      '/livez': (response) => send(response, 200, 'ok\n'),
      // The port opens when the configuration has been parsed.
      '/startupz': (response) => send(response, 200, 'ok\n'),
      '/readyz': (response) => {
        const reasons = sources.notReady();
        const lines = [...(reasons.length === 0 ? ['ok'] : reasons), ...(sources.remarks?.() ?? [])];
        send(response, reasons.length === 0 ? 200 : 503, `${lines.join('\n')}\n`);
      },
      '/metrics': rendered(metrics, prometheusText),
      '/config': rendered(config, 'application/json'),
    };
    this.#http = new AdminHttp(runtime, (request, response) => this.#answer(request, response));
  }

  /** @throws SidecarError ADDRESS_UNAVAILABLE */
  listen(address: Address): Promise<Address> {
    return listenOn(this.#http.server, address, 'admin.address');
  }

  /** Ends at once; requests under way are cut off. */
  close(): Promise<void> {
    return this.#http.close();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/drain') {
      this.#drain(request, response);
      return;
    }
    const read = Object.hasOwn(this.#reads, path) ? this.#reads[path] : undefined;
    if (read === undefined)
      send(response, 404, `nothing here; there are ${Object.keys(this.#reads).join(' ')} /drain\n`);
    else if (request.method === 'GET' || request.method === 'HEAD') read(response);
    else refuseMethod(response, 'GET, HEAD');
  }

  #drain(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST') {
      refuseMethod(response, 'POST');
      return;
    }
    const refusal = drainRefusal(request.socket.remoteAddress ?? '', request.headers);
    if (refusal !== undefined) {
      send(response, 403, `${refusal}\n`);
      return;
    }
    send(response, 202, 'draining\n');
    this.#sources.drain();
  }
}

function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('allow', allowed);
  send(response, 405, `allowed ${allowed}\n`);
}

function send(response: ServerResponse, status: number, body: string | Buffer, type = plainText): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}
