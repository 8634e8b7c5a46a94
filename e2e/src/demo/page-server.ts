// Serves the demo's page on loopback: its files, a stream of snapshots (server-sent events), and what its controls ask for.
// Answers only requests that a page of this very server makes.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { DemoError } from './demo-errors.ts';
import type { Settings, Snapshot } from './messages.ts';
import type { PageFiles } from './page-bundle.ts';

export interface PageHandlers {
  /** The snapshot with everything that is kept, for a page that has just opened. */
  snapshot(): Snapshot;
  /** Sends a command to the plug and returns its number. */
  press(on: boolean): number;
  /** Puts other settings in force. Throws a DemoError whose message tells people why they cannot be. */
  change(settings: Settings): void;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string | Uint8Array;
}

const bodyLimit = 1024;
const keepAliveMs = 15_000;

const safety = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

export class PageServer {
  readonly #server: Server;
  readonly #streams = new Set<ServerResponse>();
  readonly #port: number;
  #handlers: PageHandlers | undefined;
  #files: PageFiles = new Map();
  #timer: NodeJS.Timeout | undefined;

  constructor(port: number) {
    this.#port = port;
    this.#server = createServer((request, response) => {
      void this.#serve(request, response).catch(() => response.destroy());
    });
  }

  /** Takes the port; rejects with DemoError PORT_UNAVAILABLE if it cannot. Requests get 503 until open(). */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (cause) => {
        const message = `${cause.message}; choose another with --port N`;
        reject(new DemoError('PORT_UNAVAILABLE', message, { cause }));
      });
      this.#server.listen(this.#port, '127.0.0.1', () => resolve());
    });
  }

  open(files: PageFiles, handlers: PageHandlers): void {
    this.#files = files;
    this.#handlers = handlers;
    this.#timer = setInterval(() => this.#write(':\n\n'), keepAliveMs);
  }

  /** Sends a snapshot to all open pages. */
  publish(snapshot: Snapshot): void {
    if (this.#streams.size > 0) this.#write(eventOf(snapshot));
  }

  close(): Promise<void> {
    clearInterval(this.#timer);
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      for (const stream of this.#streams) stream.end();
      this.#server.closeAllConnections();
    });
  }

  #write(text: string): void {
    for (const stream of this.#streams) {
      // A page that does not read (a suspended tab) is let go: it connects again when it wakes.
      if (stream.writableLength > 1 << 20) stream.destroy();
      else stream.write(text);
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const handlers = this.#handlers;
    const path = request.url?.split('?')[0] ?? '/';
    if (handlers && this.#isOwnHost(request.headers.host) && request.method === 'GET' && path === '/events') {
      this.#stream(response, handlers);
      return;
    }
    const { status, type, body } = await this.#answer(request, path, handlers);
    response.writeHead(status, { ...safety, 'Content-Type': type }).end(body);
  }

  async #answer(request: IncomingMessage, path: string, handlers: PageHandlers | undefined): Promise<Answer> {
    if (!this.#isOwnHost(request.headers.host)) return text(403, 'this page is served on loopback only');
    if (!handlers) return text(503, 'starting');
    const file = request.method === 'GET' ? this.#files.get(path) : undefined;
    if (file) return { status: 200, ...file };
    if (request.method !== 'POST') return text(404, 'not found');
    if (request.headers['content-type'] !== 'application/json') return text(415, 'JSON expected');
    const body = await readBody(request);
    if (path === '/switch') return press(handlers, body);
    if (path === '/settings') return change(handlers, body);
    return text(404, 'not found');
  }

  /** Refuses names that someone else's DNS points at this machine. */
  #isOwnHost(host: string | undefined): boolean {
    return host === `127.0.0.1:${this.#port}` || host === `localhost:${this.#port}`;
  }

  #stream(response: ServerResponse, handlers: PageHandlers): void {
    response.writeHead(200, { ...safety, 'Content-Type': 'text/event-stream' });
    response.write(`retry: 1000\n\n${eventOf(handlers.snapshot())}`);
    this.#streams.add(response);
    response.once('close', () => this.#streams.delete(response));
  }
}

function press(handlers: PageHandlers, body: unknown): Answer {
  const on = field(body, 'on');
  if (typeof on !== 'boolean') return text(400, 'on: true or false expected');
  return json(202, { id: handlers.press(on) });
}

function change(handlers: PageHandlers, body: unknown): Answer {
  const mode = field(body, 'mode');
  const confidence = field(body, 'confidence');
  if (mode !== 'STP' && mode !== 'ILP') return text(400, 'mode: STP or ILP expected');
  if (typeof confidence !== 'number') return text(400, 'confidence: a number expected');
  try {
    handlers.change({ mode, confidence });
  } catch (error) {
    if (error instanceof DemoError) return text(400, error.message);
    throw error;
  }
  return json(202, {});
}

function eventOf(snapshot: Snapshot): string {
  return `data: ${JSON.stringify(snapshot)}\n\n`;
}

function field(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null && name in body ? Reflect.get(body, name) : undefined;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  let read = '';
  for await (const chunk of request) {
    read += chunk;
    if (read.length > bodyLimit) return undefined;
  }
  try {
    return JSON.parse(read);
  } catch {
    return undefined;
  }
}

function text(status: number, sentence: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` };
}

function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json', body: JSON.stringify(value) };
}
