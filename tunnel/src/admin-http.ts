// The HTTP server of an admin port, for both daemons: a bounded number of connections, one request each, under deadlines.
// Node's server alone works through all requests that lie in one read (64 KiB of them stop every slot for 70 ms) and lets
// idle connections keep newcomers out, so it gets the head of the first request only. What is answered is the caller's.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { Duplex } from 'node:stream';
import { isLoopbackAddress, isLoopbackHost } from './loopback.ts';
import { OneShot, type TimerRuntime } from './one-shot.ts';

/** Connections at a time; when one more comes, the source that has the most loses its oldest. */
export const adminConnections = 64;
/** Bytes of a request's head. */
export const adminHeadBytes = 8192;
/** Time for the head of the request, ms. */
export const adminHeadMs = 2000;
/** Time for the answer to be taken, ms. */
export const adminAnswerMs = 10_000;
/** Time for the peer to close after the answer, ms. */
const lingerMs = 1000;

export type AdminAnswer = (request: IncomingMessage, response: ServerResponse) => void;

export class AdminHttp {
  /** To be opened by its owner; `close` closes it. */
  readonly server: TcpServer;
  readonly #http: Server;
  readonly #runtime: TimerRuntime;
  /** Oldest first. */
  readonly #connections = new Set<AdminConnection>();

  constructor(runtime: TimerRuntime, answer: AdminAnswer) {
    this.#runtime = runtime;
    this.#http = createServer({ maxHeaderSize: adminHeadBytes, keepAlive: false }, (request, response) => {
      response.shouldKeepAlive = false;
      // A name that a stranger's page made point here (DNS rebinding) is none of loopback's.
      if (isLoopbackAddress(request.socket.localAddress ?? '') && !isLoopbackHost(request.headers.host)) {
        response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8' });
        response.end('on loopback this port answers to localhost, 127.0.0.1 and [::1] only\n');
      } else answer(request, response);
    });
    this.server = createTcpServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#accept(socket));
  }

  /** Ends at once; requests under way are cut off. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      for (const connection of this.#connections) connection.destroy();
    });
  }

  #accept(socket: Socket): void {
    if (this.#connections.size >= adminConnections) this.#oldestOfTheGreediest()?.destroy();
    const connection = new AdminConnection(socket, this.#runtime, (ready) => this.#http.emit('connection', ready));
    this.#connections.add(connection);
    socket.once('close', () => this.#connections.delete(connection));
  }

  #oldestOfTheGreediest(): AdminConnection | undefined {
    const counts = new Map<string, number>();
    for (const { source } of this.#connections) counts.set(source, (counts.get(source) ?? 0) + 1);
    const most = Math.max(...counts.values());
    return [...this.#connections].find(({ source }) => counts.get(source) === most);
  }
}

/** One TCP connection: what Node's HTTP server sees of it is one head, and the way back. */
class AdminConnection extends Duplex {
  readonly source: string;
  readonly #socket: Socket;
  readonly #deadline: OneShot;
  readonly #onRequest: (connection: AdminConnection) => void;
  #head: Buffer | undefined = Buffer.alloc(0);

  constructor(socket: Socket, runtime: TimerRuntime, onRequest: (connection: AdminConnection) => void) {
    super({ allowHalfOpen: true });
    this.source = socket.remoteAddress ?? '';
    this.#socket = socket;
    this.#onRequest = onRequest;
    this.#deadline = new OneShot(runtime, () => this.destroy()).startIn(adminHeadMs);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', () => this.destroy());
    socket.on('close', () => {
      this.#deadline.cancel();
      this.destroy();
    });
    socket.on('end', () => {
      if (this.#head !== undefined) this.destroy();
    });
    this.on('error', () => {});
  }

  get remoteAddress(): string {
    return this.source;
  }

  get localAddress(): string | undefined {
    return this.#socket.localAddress;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _final(done: () => void): void {
    // The peer may have sent more than the head; closed at once, the system would take the answer back.
    this.#socket.end(() => this.#deadline.startIn(lingerMs));
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }

  /** Bytes behind the head are of no use to anyone. */
  #take(chunk: Buffer): void {
    if (this.#head === undefined) return;
    const head = Buffer.concat([this.#head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0 && head.length < adminHeadBytes) {
      this.#head = head;
      return;
    }
    this.#head = undefined;
    if (end < 0 || end > adminHeadBytes) {
      this.#socket.end('HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n');
      this.#deadline.startIn(lingerMs);
      return;
    }
    this.#deadline.startIn(adminAnswerMs);
    this.#onRequest(this);
    this.push(head.subarray(0, end + 4));
  }
}
