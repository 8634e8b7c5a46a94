// The table of record lengths: phases come from times, lengths from the policy, and every row must be there.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LengthTable } from '../src/wire/audit/length-table.ts';
import { auditLink } from '../src/wire/audit/link-audit.ts';
import { recordOverhead, viewSession } from '../src/wire/audit/session-view.ts';
import { type ConnectionCapture, contentType, type Direction, newConnection } from '../src/wire/capture/wire-record.ts';
import { fastPolicy } from '../src/wire/rig/wire-policy.ts';

const version = 'TLSv1.3';
const overhead = recordOverhead[version];
const { frameSize, backgroundSize, backgroundMs, periodMs, slotMs } = fastPolicy;

/** A connection with the bootstrap exchange, a period, and four background slots each way. */
function connection(sizeAt: (direction: Direction, slot: number) => number = () => 0): ConnectionCapture {
  const capture = newConnection(0);
  for (const direction of ['up', 'down'] as const) {
    const put = (atMs: number, size: number) =>
      capture[direction].push({ atMs, type: contentType.applicationData, length: size + overhead, several: false });
    put(10, 512);
    put(20, 512);
    const slots = periodMs / slotMs[direction];
    const startMs = 1000 + (direction === 'down' ? 10 : 0);
    for (let slot = 0; slot < slots; slot += 1) {
      put(startMs + slot * slotMs[direction], sizeAt(direction, slot) || frameSize);
    }
    const lastMs = startMs + (slots - 1) * slotMs[direction];
    for (let slot = 0; slot < 4; slot += 1) {
      put(lastMs + (slot + 1) * backgroundMs, sizeAt(direction, slots + slot) || backgroundSize);
    }
  }
  return capture;
}

function faultsOf(capture: ConnectionCapture, least = 4, loads: readonly string[] = ['payload']): string[] {
  const table = new LengthTable(fastPolicy, version, loads);
  table.add('payload', auditLink({ device: 'x', version, capture }, fastPolicy));
  return table.faults(least);
}

test('a table with the promised lengths, all rows and enough records has no fault', () => {
  assert.deepEqual(faultsOf(connection()), []);
});

test('a second length, and one length that is not the promised one, are faults in either phase', () => {
  const longer = faultsOf(connection((direction, slot) => (direction === 'up' && slot === 3 ? frameSize + 1 : 0)));
  assert.deepEqual(longer, [`up   period     payload: lengths ${frameSize + 17}, ${frameSize + 18}, allowed one`]);
  const idle = faultsOf(
    connection((direction, slot) => (direction === 'down' && slot === 22 ? backgroundSize + 1 : 0)),
  );
  assert.deepEqual(idle, [
    `down background payload: lengths ${backgroundSize + 17}, ${backgroundSize + 18}, allowed one`,
  ]);
  const other = faultsOf(connection((direction, slot) => (direction === 'down' && slot >= 20 ? 200 : 0)));
  assert.deepEqual(other, [`down background payload: length 217, promised ${backgroundSize + overhead}`]);
});

test('a background slot with a frame of a period is no background', () => {
  const { faults } = auditLink(
    {
      device: 'x',
      version,
      capture: connection((direction, slot) => (direction === 'up' && slot === 12 ? frameSize : 0)),
    },
    fastPolicy,
  );
  assert.match(faults.map(({ text }) => text).join(), /a run of 1 slots/);
});

test('rows that are missing or too short are faults, an empty table above all', () => {
  assert.equal(new LengthTable(fastPolicy, version, ['payload', 'cover']).faults(1).length, 8);
  assert.deepEqual(
    faultsOf(connection(), 4, ['payload', 'cover']).map((fault) => fault.split(':')[1]),
    new Array(4).fill(' 0 records, needed 4'),
  );
  assert.equal(faultsOf(connection(), 5).length, 2);
});

test('a background record that the observer reads together with a run is none of the run', () => {
  const capture = connection();
  const slots = periodMs / slotMs.up;
  const [last, idle] = [capture.up[1 + slots], capture.up[2 + slots]];
  if (last === undefined || idle === undefined) throw new Error('no such records');
  capture.up[2 + slots] = { ...idle, atMs: last.atMs };
  assert.deepEqual(faultsOf(capture), []);
});

test('what looks like an alert but is not the last record is a fault', () => {
  const capture = connection();
  const alert = { atMs: 1205, type: contentType.applicationData, length: 2 + overhead, several: false };
  capture.up.splice(8, 0, alert);
  assert.equal(viewSession(capture, version).up.alerts.length, 0);
  assert.match(faultsOf(capture).join(), /up {3}period {5}payload: lengths 1041, 19, allowed one/);
  const { faults } = auditLink({ device: 'x', version, capture }, fastPolicy);
  assert.match(faults.map(({ text }) => text).join(), /a record of 2 bytes/);
  const ending = connection();
  ending.up.push({ ...alert, atMs: 5000 });
  assert.equal(viewSession(ending, version).up.alerts.length, 1);
  assert.deepEqual(faultsOf(ending), []);
});
