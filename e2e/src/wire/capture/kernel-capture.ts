// A capture by tcpdump on the loopback interface: the kernel stamps each packet when it is sent, so no process's scheduling
// is in the times. Needs root and tcpdump.
import { spawn, spawnSync } from 'node:child_process';
import { RecordScanner } from '@quietwire/planner';
import { PcapStream } from './pcap-stream.ts';
import { parseTcpSegment, type TcpSegment } from './tcp-segment.ts';
import { type ConnectionCapture, type Direction, newConnection, type WireCapture } from './wire-record.ts';

/** What is known of one direction while its bytes come in. */
interface Flow {
  readonly scanner: RecordScanner;
  next: number | undefined;
  scale: number;
}

interface Connection {
  readonly capture: ConnectionCapture;
  readonly up: Flow;
  readonly down: Flow;
  scaled: boolean;
}

/** Headers, and the first records of a segment: the header of a further record would be needed only where two are joined. */
const CAPTURED_BYTES = 2300;

/** Why there is none here; undefined if there is. */
export function kernelCaptureBlocked(): string | undefined {
  if (process.platform !== 'linux') return 'tcpdump on loopback is read on Linux only';
  if (process.getuid?.() !== 0) return 'kernel timestamps need root';
  if (spawnSync('tcpdump', ['--version'], { stdio: 'ignore' }).error !== undefined) return 'tcpdump is not installed';
  return undefined;
}

/** Captures all connections to this port of the loopback interface. */
export async function startKernelCapture(port: number): Promise<WireCapture> {
  const book = new ConnectionBook(port);
  const pcap = new PcapStream((seconds, ns, frame) => {
    const segment = parseTcpSegment(frame);
    if (segment !== undefined) book.take(segment, (seconds - book.epochSeconds) * 1000 + ns / 1e6 + book.epochMs);
  });
  const flags = ['-i', 'lo', '-n', '-w', '-', '-U', '--immediate-mode', '--time-stamp-precision=nano'];
  // Few bytes of each packet: so the kernel's buffer holds tens of thousands while tcpdump waits for the processor.
  const tcpdump = spawn(
    'tcpdump',
    [...flags, '-B', '32768', '-s', String(CAPTURED_BYTES), 'tcp', 'port', String(port)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const exited = new Promise<void>((resolve) => tcpdump.once('close', () => resolve()));
  const ready = Promise.withResolvers<void>();
  let said = '';
  tcpdump.once('error', ready.reject);
  void exited.then(() => ready.reject(new Error(`tcpdump ended: ${said}`)));
  tcpdump.stderr.on('data', (text: Buffer) => {
    said += text.toString();
    if (said.includes('listening on')) ready.resolve();
  });
  tcpdump.stdout.on('data', (chunk: Buffer) => pcap.push(chunk));
  await ready.promise;
  return {
    source: 'kernel',
    port,
    connections: book.captures,
    faults: book.faults,
    close: async () => {
      tcpdump.kill('SIGINT');
      await exited;
      const dropped = Number(/(\d+) packets? dropped by kernel/.exec(said)?.[1] ?? 0);
      if (dropped > 0) book.faults.push(`the kernel dropped ${dropped} packets of the capture`);
    },
  };
}

class ConnectionBook {
  readonly captures: ConnectionCapture[] = [];
  readonly faults: string[] = [];
  /** A moment on both clocks, the packets' (seconds since 1970) and the machine's monotonic one (ms). */
  readonly epochSeconds: number;
  readonly epochMs: number;
  readonly #port: number;
  readonly #byPort = new Map<number, Connection>();
  #missingBytes = 0;
  #missingAt = -1;

  constructor(port: number) {
    this.#port = port;
    const wallMs = performance.timeOrigin + performance.now();
    this.epochSeconds = Math.floor(wallMs / 1000);
    this.epochMs = Number(process.hrtime.bigint()) / 1e6 - (wallMs - this.epochSeconds * 1000);
  }

  take(segment: TcpSegment, atMs: number): void {
    const direction: Direction = segment.targetPort === this.#port ? 'up' : 'down';
    const clientPort = direction === 'up' ? segment.sourcePort : segment.targetPort;
    if (direction === 'up' && segment.syn) this.#open(clientPort, atMs);
    const connection = this.#byPort.get(clientPort);
    if (connection === undefined) return;
    this.#note(connection, direction, segment, atMs);
    this.#bytes(connection, direction, segment, atMs);
  }

  /** Holes are one fault, however many: the verdict is that the capture is not whole. */
  #missing(bytes: number): void {
    this.#missingBytes += bytes;
    const text = `${this.#missingBytes} bytes are missing in the capture`;
    if (this.#missingAt < 0) this.#missingAt = this.faults.push(text) - 1;
    else this.faults[this.#missingAt] = text;
  }

  #open(clientPort: number, atMs: number): void {
    const capture = newConnection(atMs);
    const flow = (): Flow => ({ scanner: new RecordScanner(), next: undefined, scale: 0 });
    this.#byPort.set(clientPort, { capture, up: flow(), down: flow(), scaled: false });
    this.captures.push(capture);
  }

  /** Ends and windows. A window in the header belongs to the direction against which the segment travels. */
  #note({ capture, ...flows }: Connection, direction: Direction, segment: TcpSegment, atMs: number): void {
    const against: Direction = direction === 'up' ? 'down' : 'up';
    if (segment.reset) capture.reset = true;
    if (segment.reset || segment.fin) capture.closedMs ??= atMs;
    if (segment.syn) flows[against].scale = segment.windowScale ?? 0;
    else if (!segment.reset) {
      const window = segment.window * 2 ** flows[against].scale;
      capture.smallestWindow[against] = Math.min(capture.smallestWindow[against] ?? window, window);
    }
  }

  #bytes({ capture, ...flows }: Connection, direction: Direction, segment: TcpSegment, atMs: number): void {
    const flow = flows[direction];
    if (segment.syn) flow.next = (segment.sequence + 1) >>> 0;
    if (segment.length === 0 || flow.next === undefined) return;
    // Distance on the circle of sequence numbers: below 0 is a repetition, above 0 a hole in the capture.
    const ahead = (segment.sequence - flow.next) | 0;
    if (ahead > 0) this.#missing(ahead);
    if (segment.length + Math.min(0, ahead) <= 0) return;
    flow.next = (segment.sequence + segment.length) >>> 0;
    // What was not captured of a record's body is as good as zeros.
    const whole = Buffer.concat([segment.payload, Buffer.alloc(segment.length - segment.payload.length)]);
    const fresh = ahead >= 0 ? whole : whole.subarray(-ahead);
    flow.scanner.push(fresh, (type, length, several) => capture[direction].push({ atMs, type, length, several }));
    if (flow.scanner.foreign) this.faults.push('bytes that are not TLS');
  }
}
