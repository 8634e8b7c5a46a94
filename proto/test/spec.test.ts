// What SPEC.md says in numbers is what the code has.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { protoErrors } from '../src/errors.ts';
import { fieldTypes, isGreaseExtension, isGreaseField } from '../src/field-type.ts';
import { limits } from '../src/limits.ts';
import { refuseCodes } from '../src/refuse-code.ts';

// Columns of tables are padded by the formatter.
const spec = readFileSync(new URL('../SPEC.md', import.meta.url), 'utf8').replace(/ +/g, ' ');

function section(number: string): string {
  const from = spec.search(new RegExp(`^#+ ${number}[. ]`, 'm'));
  assert.ok(from >= 0, `section ${number}`);
  const level = /^#+/.exec(spec.slice(from))?.[0].length ?? 2;
  const rest = spec.slice(from + level + 1);
  const to = rest.search(new RegExp(`^#{2,${level}} `, 'm'));
  return to < 0 ? rest : rest.slice(0, to);
}

test('section 4 lists every field type', () => {
  const table = section('4');
  for (const [name, type] of Object.entries(fieldTypes)) {
    const row = `| 0x${type.toString(16).padStart(2, '0')}`;
    assert.ok(table.includes(row), `${name} ${row}`);
    if (name !== 'PADDING') assert.match(table, new RegExp(`${row}[^|]*\\| ${name} \\|`));
  }
});

test('section 14 lists every code that the wire or a decoder can give', () => {
  const table = section('14');
  const ours = ['REFUSED', 'PARAMETERS_INVALID', 'PARAMETERS_TOO_LARGE', 'KEY_INVALID'];
  for (const code of Object.keys(protoErrors)) if (!ours.includes(code)) assert.ok(table.includes(code), code);
  for (const [name, code] of Object.entries(refuseCodes))
    assert.ok(section('14.2').includes(`| ${code} | ${name} |`), name);
});

/** Rows of section 15's table: name to value, without thousands' commas. */
function limitRows(): Map<string, string> {
  const rows = [...section('15').matchAll(/^\| ([^|]+) \| ([^|]+) \| [^|]+ \|$/gm)];
  return new Map(rows.map(([, name = '', value = '']) => [name, value.replace(/(\d),(?=\d{3})/g, '$1')]));
}

/** How the row of each limit says its value. Limits that are no row of their own are bounds of parameters (7.3). */
const limitTexts: Readonly<Record<string, string>> = {
  'frame, least': `${limits.frameMin} bytes`,
  'frame, most': `${limits.frameMax} bytes, and max_frame`,
  'bootstrap frame': `${limits.bootstrapFrame} bytes`,
  'service name': `${limits.serviceName} bytes of `,
  'fleet; device_id': `${limits.fleetName}; ${limits.deviceId} bytes of `,
  'group key': `${limits.groupKeyMin}–${limits.groupKeyMax} bytes`,
  'AEADs; extensions; both per message': `${limits.aeads}; ${limits.extensions}`,
  'REFUSE text': `${limits.refuseText} bytes`,
  'sealed messages per key': `2^${Math.log2(limits.sealedMessages)}`,
  'control message of fragments': `${limits.controlMessage} bytes`,
  'points of a distribution': `${limits.distributionPoints}`,
  'slot distance': `${limits.slotIntervalMin}–${limits.slotIntervalMax} ms`,
  'period; longest run': `${limits.periodMax} ms; ${limits.longestRun} periods`,
  'announced ahead': `${limits.periodsAhead} periods`,
  'cover rate': `${limits.coverRate} per second`,
  'room for control in a frame': `${limits.controlRoom} bytes`,
  offsets: `2^${Math.log2(limits.offset + 1)} − 1`,
};

test('section 15 gives the limits that the code enforces, each in its own row', () => {
  const rows = limitRows();
  assert.ok(rows.size > 20, `${rows.size} rows`);
  for (const [name, text] of Object.entries(limitTexts)) {
    const value = rows.get(name) ?? assert.fail(`no row ${name}`);
    assert.ok(value.startsWith(text), `${name}: ${value}, the code has ${text}`);
    assert.doesNotMatch(value.slice(text.length), /^\d/, name);
  }
});

test('section 17: the values set aside for GREASE', () => {
  const fields = Array.from({ length: 256 }, (_, type) => type).filter(isGreaseField);
  assert.deepEqual(fields, [0x8a, 0x9a, 0xaa, 0xba, 0xca, 0xda, 0xea, 0xfa]);
  assert.deepEqual([27, 58, 89, 28].map(isGreaseExtension), [true, true, true, false]);
});

test('every error has an exit status of the contract', () => {
  for (const [code, { exit, text }] of Object.entries(protoErrors)) {
    assert.ok([3, 5, 6].includes(exit), code);
    assert.ok(text.length > 10, code);
  }
});

test('sections and links of SPEC.md are whole', () => {
  const numbers = [...spec.matchAll(/^## (\d+)\. /gm)].map(([, number]) => Number(number));
  assert.deepEqual(
    numbers,
    Array.from({ length: 19 }, (_, index) => index + 1),
  );
  const anchors = [...spec.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  for (const [, anchor] of spec.matchAll(/\]\(#([^)]*)\)/g)) assert.ok(anchors.includes(anchor ?? ''), anchor);
});
