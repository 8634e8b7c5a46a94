/**
 * The admin port: probes, metrics, the effective configuration, and the drain that a preStop hook asks for. What each
 * answers is given by `AdminSources`; here are routes and rules only.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Address } from '@quietwire/shaping';
import { listenOn } from '../listener/listen-address.ts';
import { plainIPv4 } from '../proxy/address.ts';

export interface AdminSources {
  /** Why the sidecar is not ready; none if it is. */
  notReady(): readonly string[];
  /** The effective configuration, secrets as digests. */
  config(): unknown;
  serveMetrics(request: IncomingMessage, response: ServerResponse): void;
  /** Begins the clean stop. */
  drain(): void;
}

type Route = (request: IncomingMessage, response: ServerResponse) => void;

export class AdminServer {
  readonly #server: Server;
  readonly #reads: Readonly<Record<string, Route>>;
  readonly #sources: AdminSources;

  constructor(sources: AdminSources) {
    this.#sources = sources;
    this.#reads = {
      // An answer at all shows that the loop turns.
      '/livez': (_, response) => sendText(response, 200, 'ok\n'),
      // The port opens when the configuration has been parsed.
      '/startupz': (_, response) => sendText(response, 200, 'ok\n'),
      '/readyz': (_, response) => {
        const reasons = sources.notReady();
        if (reasons.length === 0) sendText(response, 200, 'ok\n');
        else sendText(response, 503, `${reasons.join('\n')}\n`);
      },
      '/metrics': (request, response) => sources.serveMetrics(request, response),
      '/config': (_, response) => sendJson(response, sources.config()),
    };
    this.#server = createServer((request, response) => this.#answer(request, response));
    this.#server.maxConnections = 128;
    this.#server.headersTimeout = 5000;
    this.#server.requestTimeout = 10_000;
  }

  /** @throws SidecarError ADDRESS_UNAVAILABLE */
  listen(address: Address): Promise<Address> {
    return listenOn(this.#server, address, 'admin.address');
  }

  /** Ends at once; requests under way are cut off. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/drain') {
      this.#drain(request, response);
      return;
    }
    const read = this.#reads[path];
    if (read === undefined)
      sendText(response, 404, `nothing here; there are ${Object.keys(this.#reads).join(' ')} /drain\n`);
    else if (request.method === 'GET' || request.method === 'HEAD') read(request, response);
    else refuseMethod(response, 'GET, HEAD');
  }

  #drain(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== 'POST') {
      refuseMethod(response, 'POST');
    } else if (!isLoopback(request.socket.remoteAddress ?? '')) {
      sendText(response, 403, 'drain is for loopback only\n');
    } else {
      sendText(response, 202, 'draining\n');
      this.#sources.drain();
    }
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || plainIPv4(address).startsWith('127.');
}

function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('allow', allowed);
  sendText(response, 405, `allowed ${allowed}\n`);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
  response.end(text);
}

function sendJson(response: ServerResponse, document: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(`${JSON.stringify(document, undefined, 2)}\n`);
}
