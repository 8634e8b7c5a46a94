import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualTime } from '@quietwire/tunnel';
import { Admission, type AdmissionLimits, type Visit } from '../../src/admission/admission.ts';

const limits: AdmissionLimits = { tunnels: 1000, acceptPerSecond: 100, handshakes: 1000, handshakeTimeoutMs: 1000 };

interface Guest {
  visit: Visit | undefined;
  begunAt: number | undefined;
  refused: string | undefined;
}

function door(changes: Partial<AdmissionLimits>): {
  time: ManualTime;
  admission: Admission;
  arrive: (source?: string) => Guest;
} {
  const time = new ManualTime();
  const admission = new Admission(time.runtime('admission'), { ...limits, ...changes });
  const arrive = (source = '192.0.2.1'): Guest => {
    const guest: Guest = { visit: undefined, begunAt: undefined, refused: undefined };
    guest.visit = admission.enter(
      {
        begin: () => {
          guest.begunAt = time.now();
        },
        refuse: (reason) => {
          guest.refused = reason;
        },
      },
      source,
    );
    guest.visit.spoke(source);
    return guest;
  };
  return { time, admission, arrive };
}

describe('Admission', () => {
  test('lets a lone newcomer in at once', () => {
    const { arrive } = door({});
    assert.equal(arrive().begunAt, 0);
  });

  test('spreads newcomers that come together over time at the accept rate', async () => {
    const { time, arrive } = door({});
    const guests = Array.from({ length: 12 }, () => arrive());
    await time.advanceTo(95);
    // Two at once (20 ms' worth), then one each 10 ms.
    const begun = guests.map((guest) => guest.begunAt);
    assert.deepEqual(begun, [0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, undefined]);
  });

  test('refuses at once who would wait longer than half the deadline', () => {
    const { arrive } = door({});
    const guests = Array.from({ length: 60 }, () => arrive());
    assert.equal(guests.filter((guest) => guest.refused === 'rate').length, 60 - 2 - 50);
    assert.equal(guests[59]?.refused, 'rate');
  });

  test('holds the number of handshakes at a time, and goes on when one ends or is gone', async () => {
    const { time, arrive, admission } = door({ handshakes: 2, acceptPerSecond: 1000 });
    const guests = Array.from({ length: 4 }, () => arrive());
    await time.advanceTo(50);
    assert.deepEqual(
      guests.map((guest) => guest.begunAt !== undefined),
      [true, true, false, false],
    );
    guests[0]?.visit?.handshakeDone();
    guests[1]?.visit?.gone();
    assert.deepEqual(
      guests.map((guest) => guest.begunAt !== undefined),
      [true, true, true, true],
    );
    assert.deepEqual(admission.counts, { present: 3, handshaking: 2, waiting: 0, silent: 0 });
  });

  test('names concurrency when handshakes and not the rate keep newcomers out', () => {
    const { arrive } = door({ handshakes: 1, acceptPerSecond: 10 });
    const guests = Array.from({ length: 7 }, () => arrive());
    assert.equal(guests[6]?.refused, 'concurrency');
  });

  test('refuses who has not ended the handshake by its deadline, waiting included', async () => {
    const { time, arrive, admission } = door({ handshakes: 1 });
    const [slow, waiting] = [arrive(), arrive()];
    const done = arrive();
    await time.advanceTo(999);
    assert.equal(slow.refused, undefined);
    await time.advanceTo(1001);
    assert.equal(slow.refused, 'deadline');
    assert.equal(waiting.refused, 'deadline');
    assert.equal(done.refused, 'deadline');
    assert.deepEqual(admission.counts, { present: 0, handshaking: 0, waiting: 0, silent: 0 });
  });

  test('forgets the deadline once the handshake is done', async () => {
    const { time, arrive } = door({});
    const guest = arrive();
    guest.visit?.handshakeDone();
    await time.advanceTo(5000);
    assert.equal(guest.refused, undefined);
  });

  test('counts connections in every state against limits.tunnels', () => {
    const { arrive } = door({ tunnels: 2 });
    const [first] = [arrive(), arrive()];
    first.visit?.handshakeDone();
    assert.equal(arrive().refused, 'concurrency');
    first.visit?.gone();
    first.visit?.gone();
    assert.equal(arrive().refused, undefined);
    assert.equal(arrive().refused, 'concurrency');
  });

  test('turns away who waits when it closes', () => {
    const { arrive, admission } = door({ handshakes: 1 });
    const [under, waiting] = [arrive(), arrive()];
    admission.close();
    assert.equal(under.refused, undefined);
    assert.equal(waiting.refused, 'concurrency');
  });

  test('a connection that says nothing takes neither a place nor a turn', async () => {
    const { time, admission, arrive } = door({ handshakes: 1 });
    const silent = Array.from({ length: 50 }, () =>
      admission.enter({ begin: assert.fail, refuse: () => {} }, '192.0.2.9'),
    );
    const guest = arrive();
    assert.equal(guest.begunAt, 0);
    assert.deepEqual(admission.counts, { present: 51, handshaking: 1, waiting: 0, silent: 50 });
    await time.advanceTo(1000);
    assert.equal(admission.counts.silent, 0);
    for (const visit of silent) visit.gone();
    assert.equal(admission.counts.present, 0);
  });

  test('the oldest silent connection of the source with the most makes room for others', () => {
    const { admission } = door({});
    const refused: string[] = [];
    const enter = (source: string, name: string) =>
      admission.enter({ begin: assert.fail, refuse: (reason) => refused.push(`${name} ${reason}`) }, source);
    enter('192.0.2.1', 'first');
    for (let n = 0; n < 99; n += 1) enter('192.0.2.9', `flood ${n}`);
    enter('192.0.2.2', 'second');
    enter('192.0.2.9', 'flood 99');
    assert.deepEqual(refused, ['flood 0 concurrency', 'flood 1 concurrency']);
  });

  test('sources have their handshakes in turn, however many wait of one', async () => {
    const { time, arrive } = door({});
    const flood = Array.from({ length: 45 }, () => arrive('192.0.2.9'));
    const honest = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((source) => arrive(source));
    await time.advanceTo(50);
    assert.deepEqual(
      honest.map(({ begunAt }) => begunAt),
      [10, 20, 30],
    );
    assert.equal(flood.filter(({ begunAt }) => begunAt !== undefined).length, 4);
  });

  test('where the queue is full, the newest of the source with the most goes, not who comes', () => {
    const { arrive } = door({});
    const flood = Array.from({ length: 52 }, () => arrive('192.0.2.9'));
    const honest = arrive('192.0.2.1');
    assert.equal(honest.refused, undefined);
    assert.equal(flood[51]?.refused, 'rate');
    assert.equal(flood[50]?.refused, undefined);
  });

  test('a source that holds every place with handshakes that do not end gives one to each other source', async () => {
    const { time, arrive, admission } = door({ handshakes: 4, acceptPerSecond: 1000 });
    const stalled = Array.from({ length: 8 }, () => arrive('192.0.2.9'));
    const honest = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'].map((source) => arrive(source));
    await time.advanceTo(124);
    assert.equal(
      honest.filter(({ begunAt }) => begunAt !== undefined).length,
      0,
      'a handshake has an eighth of the deadline',
    );
    await time.advanceTo(130);
    // Until one source has no more than one place more than who waits.
    assert.deepEqual(
      honest.map(({ begunAt }) => begunAt !== undefined),
      [true, true, true, false],
    );
    assert.deepEqual(
      stalled.slice(0, 3).map(({ refused }) => refused),
      ['concurrency', 'concurrency', 'concurrency'],
    );
    assert.equal(stalled[3]?.refused, undefined);
    assert.equal(admission.counts.handshaking, 4);
  });

  test('a source that does not prove itself gives way to others too', () => {
    const { admission } = door({
      acceptPerSecond: 10_000,
      handshakes: 20_000,
      tunnels: 20_000,
      handshakeTimeoutMs: 10,
    });
    const refused: string[] = [];
    const unproven = (source: string, name: string) => {
      const visit = admission.enter({ begin: () => {}, refuse: () => refused.push(name) }, source);
      visit.spoke(source);
      visit.handshakeDone();
      return visit;
    };
    const first = unproven('192.0.2.1', 'first');
    first.proven();
    unproven('192.0.2.2', 'second');
    for (let n = 0; n < 100; n += 1) unproven('192.0.2.9', `flood ${n}`);
    assert.deepEqual(refused, ['flood 0']);
  });
});
