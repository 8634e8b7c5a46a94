/**
 * Admission: who may begin a TLS handshake, and when. A handshake costs about a millisecond of the thread that also writes
 * the slots, so newcomers are let in one after the other at the accept rate, a bounded number waits, and the rest is
 * refused before TLS sees a byte. A place is taken by a whole ClientHello, not by a connection, and where places are short each
 * source has its share. Knows no sockets: the listener asks and tells.
 */
import { OneShot, type TimerRuntime } from '@quietwire/tunnel';
import { Crowd } from './crowd.ts';
import { TokenBucket } from './token-bucket.ts';

export interface AdmissionLimits {
  /** Connections at a time that have sent their ClientHello: waiting, in the handshake, in the exchange, or with a tunnel. */
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
  /** It has said enough for its handshake to begin; `source` is whom it now counts for. `begin` may be called before this returns. */
  spoke(source: string): void;
  /** The handshake ended well: its place is free, its deadline is over. */
  handshakeDone(): void;
  /** It has proved itself. */
  proven(): void;
  /** The connection is gone, in whatever state. Further calls do nothing. */
  gone(): void;
}

/** Handshakes that may begin together: what comes at once is spread over the next turns of the loop. */
const burstMs = 20;
/** Share of the deadline that a newcomer may spend waiting: who would wait longer is refused at once. */
const longestWaitShare = 0.5;
/** Share of the deadline after which a handshake must give its place to a source that has fewer. */
const undisturbedShare = 0.125;

type State = 'silent' | 'waiting' | 'handshaking' | 'unproven' | 'done' | 'gone';

export class Admission {
  readonly #runtime: TimerRuntime;
  readonly #limits: AdmissionLimits;
  readonly #bucket: TokenBucket;
  readonly #silent = new Crowd<AdmittedVisit>();
  readonly #waiting = new Crowd<AdmittedVisit>();
  readonly #handshaking = new Crowd<AdmittedVisit>();
  readonly #unproven = new Crowd<AdmittedVisit>();
  readonly #mostSilent: number;
  readonly #mostUnproven: number;
  readonly #longestQueue: number;
  readonly #undisturbedMs: number;
  readonly #nextTurn: OneShot;
  #done = 0;
  #lettingIn = false;

  constructor(runtime: TimerRuntime, limits: AdmissionLimits) {
    this.#runtime = runtime;
    this.#limits = limits;
    const { acceptPerSecond, handshakeTimeoutMs } = limits;
    const burst = Math.max(1, Math.floor((acceptPerSecond * burstMs) / 1000));
    this.#bucket = new TokenBucket(acceptPerSecond, burst, runtime.clock.now());
    // As many as can come within a deadline at the accept rate: those of the heaviest source go when there are more.
    this.#mostSilent = Math.ceil((acceptPerSecond * handshakeTimeoutMs) / 1000);
    this.#mostUnproven = this.#mostSilent;
    this.#longestQueue = Math.ceil((acceptPerSecond * handshakeTimeoutMs * longestWaitShare) / 1000);
    this.#undisturbedMs = handshakeTimeoutMs * undisturbedShare;
    this.#nextTurn = new OneShot(runtime, () => this.#letIn());
  }

  /** Connections in any state, handshakes under way, newcomers that wait for theirs, those that have not said enough. */
  get counts(): {
    readonly present: number;
    readonly handshaking: number;
    readonly waiting: number;
    readonly silent: number;
  } {
    const [silent, waiting, handshaking] = [this.#silent.size, this.#waiting.size, this.#handshaking.size];
    return { present: silent + waiting + this.#admitted, handshaking, waiting, silent };
  }

  /** Takes a newcomer that has said nothing yet. */
  enter(visitor: Visitor, source: string): Visit {
    const visit = new AdmittedVisit(this.#runtime, visitor, this.#limits.handshakeTimeoutMs, source, {
      spoke: (named) => this.#spoke(visit, named),
      handshakeDone: () => this.#handshakeDone(visit),
      proven: () => this.#proven(visit),
      gone: (state) => this.#gone(visit, state),
    });
    this.#silent.add(source, visit);
    if (this.#silent.size > this.#mostSilent) refuseOldest(this.#silent);
    return visit;
  }

  /** No further newcomers: what waits is refused. */
  close(): void {
    this.#nextTurn.cancel();
    for (const visit of [...this.#waiting]) visit.refuse('concurrency');
  }

  get #admitted(): number {
    return this.#handshaking.size + this.#unproven.size + this.#done;
  }

  #spoke(visit: AdmittedVisit, source: string): void {
    this.#silent.remove(visit.source, visit);
    visit.source = source;
    visit.state = 'waiting';
    this.#waiting.add(source, visit);
    this.#letIn();
    const crowded = this.#admitted + this.#waiting.size > this.#limits.tunnels;
    if (!crowded && this.#waiting.size <= this.#longestQueue) return;
    const reason = crowded || this.#handshaking.size >= this.#limits.handshakes ? 'concurrency' : 'rate';
    const heaviest = this.#waiting.heaviest();
    if (heaviest !== undefined) this.#waiting.newestOf(heaviest.source)?.refuse(reason);
  }

  /** A visitor that begins, or is refused, may call for it again: then the present call goes on. */
  #letIn(): void {
    if (this.#lettingIn) return;
    this.#lettingIn = true;
    try {
      this.#letInWaiting();
    } finally {
      this.#lettingIn = false;
    }
  }

  #letInWaiting(): void {
    const next = () => this.#waiting.next((source) => this.#handshaking.countOf(source));
    for (let visit = next(); visit !== undefined; visit = next()) {
      if (this.#admitted >= this.#limits.tunnels) {
        visit.refuse('concurrency');
        continue;
      }
      const now = this.#runtime.clock.now();
      if (this.#handshaking.size >= this.#limits.handshakes && !this.#makePlace(visit, now)) return;
      if (!this.#bucket.take(now)) {
        if (!this.#nextTurn.scheduled) this.#nextTurn.startIn(this.#bucket.waitMs(now));
        return;
      }
      this.#waiting.served(visit.source);
      this.#waiting.remove(visit.source, visit);
      this.#handshaking.add(visit.source, visit);
      visit.state = 'handshaking';
      visit.begunAtMs = now;
      visit.begin();
    }
  }

  /** Ends the longest handshake of the source that has the most, where the visitor's has fewer by more than one. */
  #makePlace(visit: AdmittedVisit, nowMs: number): boolean {
    const heaviest = this.#handshaking.heaviest();
    if (heaviest === undefined || heaviest.count < this.#handshaking.countOf(visit.source) + 2) return false;
    const oldest = this.#handshaking.oldestOf(heaviest.source);
    if (oldest === undefined) return false;
    const waitMs = oldest.begunAtMs + this.#undisturbedMs - nowMs;
    if (waitMs > 0) {
      if (!this.#nextTurn.scheduled) this.#nextTurn.startIn(waitMs);
      return false;
    }
    oldest.refuse('concurrency');
    return true;
  }

  #handshakeDone(visit: AdmittedVisit): void {
    this.#handshaking.remove(visit.source, visit);
    visit.state = 'unproven';
    this.#unproven.add(visit.source, visit);
    if (this.#unproven.size > this.#mostUnproven) refuseOldest(this.#unproven);
    this.#letIn();
  }

  #proven(visit: AdmittedVisit): void {
    this.#unproven.remove(visit.source, visit);
    visit.state = 'done';
    this.#done += 1;
  }

  #gone(visit: AdmittedVisit, state: State): void {
    if (state === 'done') this.#done -= 1;
    else if (state === 'silent') this.#silent.remove(visit.source, visit);
    else if (state === 'waiting') this.#waiting.remove(visit.source, visit);
    else if (state === 'unproven') this.#unproven.remove(visit.source, visit);
    else if (this.#handshaking.remove(visit.source, visit)) this.#letIn();
  }
}

function refuseOldest(crowd: Crowd<AdmittedVisit>): void {
  const heaviest = crowd.heaviest();
  if (heaviest !== undefined) crowd.oldestOf(heaviest.source)?.refuse('concurrency');
}

interface VisitOwner {
  spoke(source: string): void;
  handshakeDone(): void;
  proven(): void;
  /** With the state that it was in. */
  gone(state: State): void;
}

class AdmittedVisit implements Visit {
  readonly #visitor: Visitor;
  readonly #owner: VisitOwner;
  readonly #deadline: OneShot;
  source: string;
  state: State = 'silent';
  begunAtMs = Number.NaN;

  constructor(runtime: TimerRuntime, visitor: Visitor, timeoutMs: number, source: string, owner: VisitOwner) {
    this.#visitor = visitor;
    this.#owner = owner;
    this.source = source;
    this.#deadline = new OneShot(runtime, () => this.refuse('deadline')).startIn(timeoutMs);
  }

  spoke(source: string): void {
    if (this.state === 'silent') this.#owner.spoke(source);
  }

  begin(): void {
    this.#visitor.begin();
  }

  refuse(reason: AdmissionRefusal): void {
    if (this.state === 'done' || this.state === 'gone') return;
    this.gone();
    this.#visitor.refuse(reason);
  }

  handshakeDone(): void {
    if (this.state !== 'handshaking') return;
    this.#deadline.cancel();
    this.#owner.handshakeDone();
  }

  proven(): void {
    if (this.state === 'unproven') this.#owner.proven();
  }

  gone(): void {
    const { state } = this;
    if (state === 'gone') return;
    this.state = 'gone';
    this.#deadline.cancel();
    this.#owner.gone(state);
  }
}
