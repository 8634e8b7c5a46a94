/**
 * Admission: who may begin a TLS handshake, and when. A handshake costs about a millisecond of the thread that also writes
 * the slots, so newcomers are let in one after the other at the accept rate, a bounded number waits unread, and the rest is
 * refused before a byte of TLS is read. Knows no sockets: the listener asks and tells.
 */
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';
import { TokenBucket } from './token-bucket.ts';

export interface AdmissionLimits {
  /** Connections at a time, whatever their state. */
  readonly tunnels: number;
  /** Handshakes begun per second. */
  readonly acceptPerSecond: number;
  /** Handshakes at a time. */
  readonly handshakes: number;
  /** From the accept to the end of the handshake, the wait included. */
  readonly handshakeTimeoutMs: number;
}

/** `error.type` of `quietwire.admission.refused`. */
export const admissionRefusals = ['rate', 'concurrency', 'deadline', 'unshaped', 'revoked'] as const;
export type AdmissionRefusal = (typeof admissionRefusals)[number];

export interface Visitor {
  /** Its turn has come: start the handshake. */
  begin(): void;
  /** It must go. */
  refuse(reason: AdmissionRefusal): void;
}

/** What the listener tells about one visitor. */
export interface Visit {
  /** The handshake ended well: its place is free, its deadline is over. */
  handshakeDone(): void;
  /** The connection is gone, in whatever state. Further calls do nothing. */
  gone(): void;
}

/** Handshakes that may begin together: what comes at once is spread over the next turns of the loop. */
const burstMs = 20;
/** Share of the deadline that a newcomer may spend waiting: who would wait longer is refused at once. */
const longestWaitShare = 0.5;

export class Admission {
  readonly #runtime: TimerRuntime;
  readonly #limits: AdmissionLimits;
  readonly #bucket: TokenBucket;
  readonly #waiting = new Set<AdmittedVisit>();
  readonly #longestQueue: number;
  readonly #nextTurn: OneShot;
  #handshaking = 0;
  #present = 0;

  constructor(runtime: TimerRuntime, limits: AdmissionLimits) {
    this.#runtime = runtime;
    this.#limits = limits;
    const { acceptPerSecond, handshakeTimeoutMs } = limits;
    const burst = Math.max(1, Math.floor((acceptPerSecond * burstMs) / 1000));
    this.#bucket = new TokenBucket(acceptPerSecond, burst, runtime.clock.now());
    this.#longestQueue = Math.ceil((acceptPerSecond * handshakeTimeoutMs * longestWaitShare) / 1000);
    this.#nextTurn = new OneShot(runtime, () => this.#letIn());
  }

  /** Connections in any state, handshakes under way, newcomers that wait. */
  get counts(): { readonly present: number; readonly handshaking: number; readonly waiting: number } {
    return { present: this.#present, handshaking: this.#handshaking, waiting: this.#waiting.size };
  }

  /** Takes a newcomer, or refuses it at once and returns undefined. `begin` may be called before this returns. */
  enter(visitor: Visitor): Visit | undefined {
    if (this.#present >= this.#limits.tunnels) {
      visitor.refuse('concurrency');
      return undefined;
    }
    if (this.#waiting.size >= this.#longestQueue) {
      visitor.refuse(this.#handshaking >= this.#limits.handshakes ? 'concurrency' : 'rate');
      return undefined;
    }
    const visit = new AdmittedVisit(this.#runtime, visitor, this.#limits.handshakeTimeoutMs, {
      handshakeEnded: () => {
        this.#handshaking -= 1;
        this.#letIn();
      },
      left: () => {
        this.#present -= 1;
        this.#waiting.delete(visit);
      },
    });
    this.#present += 1;
    this.#waiting.add(visit);
    this.#letIn();
    return visit;
  }

  /** No further newcomers: what waits is refused. */
  close(): void {
    this.#nextTurn.cancel();
    for (const visit of [...this.#waiting]) visit.refuse('concurrency');
  }

  #letIn(): void {
    for (const visit of this.#waiting) {
      if (this.#handshaking >= this.#limits.handshakes) return;
      const now = this.#runtime.clock.now();
      if (!this.#bucket.take(now)) {
        if (!this.#nextTurn.scheduled) this.#nextTurn.startIn(this.#bucket.waitMs(now));
        return;
      }
      this.#waiting.delete(visit);
      this.#handshaking += 1;
      visit.begin();
    }
  }
}

interface VisitOwner {
  handshakeEnded(): void;
  left(): void;
}

class AdmittedVisit implements Visit {
  readonly #visitor: Visitor;
  readonly #owner: VisitOwner;
  readonly #deadline: OneShot;
  #state: 'waiting' | 'handshaking' | 'done' | 'gone' = 'waiting';

  constructor(runtime: TimerRuntime, visitor: Visitor, timeoutMs: number, owner: VisitOwner) {
    this.#visitor = visitor;
    this.#owner = owner;
    this.#deadline = new OneShot(runtime, () => this.refuse('deadline')).startIn(timeoutMs);
  }

  begin(): void {
    this.#state = 'handshaking';
    this.#visitor.begin();
  }

  refuse(reason: AdmissionRefusal): void {
    if (this.#state === 'done' || this.#state === 'gone') return;
    this.gone();
    this.#visitor.refuse(reason);
  }

  handshakeDone(): void {
    if (this.#state !== 'handshaking') return;
    this.#state = 'done';
    this.#deadline.cancel();
    this.#owner.handshakeEnded();
  }

  gone(): void {
    if (this.#state === 'gone') return;
    const wasHandshaking = this.#state === 'handshaking';
    this.#state = 'gone';
    this.#deadline.cancel();
    this.#owner.left();
    if (wasHandshaking) this.#owner.handshakeEnded();
  }
}
