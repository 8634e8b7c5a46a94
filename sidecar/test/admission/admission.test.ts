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

function door(changes: Partial<AdmissionLimits>): { time: ManualTime; admission: Admission; arrive: () => Guest } {
  const time = new ManualTime();
  const admission = new Admission(time.runtime('admission'), { ...limits, ...changes });
  const arrive = (): Guest => {
    const guest: Guest = { visit: undefined, begunAt: undefined, refused: undefined };
    guest.visit = admission.enter({
      begin: () => {
        guest.begunAt = time.now();
      },
      refuse: (reason) => {
        guest.refused = reason;
      },
    });
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
    const guests = Array.from({ length: 12 }, arrive);
    await time.advanceTo(95);
    // Two at once (20 ms' worth), then one each 10 ms.
    const begun = guests.map((guest) => guest.begunAt);
    assert.deepEqual(begun, [0, 0, 10, 20, 30, 40, 50, 60, 70, 80, 90, undefined]);
  });

  test('refuses at once who would wait longer than half the deadline', () => {
    const { arrive } = door({});
    const guests = Array.from({ length: 60 }, arrive);
    assert.equal(guests.filter((guest) => guest.refused === 'rate').length, 60 - 2 - 50);
    assert.equal(guests[59]?.visit, undefined);
  });

  test('holds the number of handshakes at a time, and goes on when one ends or is gone', async () => {
    const { time, arrive, admission } = door({ handshakes: 2, acceptPerSecond: 1000 });
    const guests = Array.from({ length: 4 }, arrive);
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
    assert.deepEqual(admission.counts, { present: 3, handshaking: 2, waiting: 0 });
  });

  test('names concurrency when handshakes and not the rate keep newcomers out', () => {
    const { arrive } = door({ handshakes: 1, acceptPerSecond: 10 });
    const guests = Array.from({ length: 7 }, arrive);
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
    assert.deepEqual(admission.counts, { present: 0, handshaking: 0, waiting: 0 });
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
});
