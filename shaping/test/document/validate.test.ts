import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { applyDefaults } from '../../src/document/defaults.ts';
import { formatFault, formatPath } from '../../src/document/fault.ts';
import type { Schema } from '../../src/document/schema.ts';
import { validate } from '../../src/document/validate.ts';
import { locateFaults, parseYaml } from '../../src/document/yaml-source.ts';

const faultsOf = (schema: Schema, value: unknown): string[] => validate(schema, value).faults.map(formatFault);

describe('defaults', () => {
  const schema: Schema = {
    type: 'object',
    properties: {
      outer: {
        type: 'object',
        default: {},
        properties: { inner: { type: 'integer', default: 3 }, other: { type: 'string' } },
      },
      whole: {
        type: 'object',
        default: { a: 1 },
        properties: { a: { type: 'integer' }, b: { type: 'integer', default: 2 } },
      },
      list: { type: 'array', items: { type: 'object', properties: { x: { type: 'integer', default: 9 } } } },
    },
  };

  it('complete the defaults of objects with those of their properties', () => {
    assert.deepEqual(applyDefaults(schema, {}), { outer: { inner: 3 }, whole: { a: 1, b: 2 } });
    assert.deepEqual(applyDefaults(schema, { whole: {}, list: [{}, { x: 1 }] }), {
      outer: { inner: 3 },
      whole: { b: 2 },
      list: [{ x: 9 }, { x: 1 }],
    });
  });

  it('take null for missing only where there is a default', () => {
    assert.deepEqual(applyDefaults(schema, { outer: null, list: null }), {
      outer: { inner: 3 },
      whole: { a: 1, b: 2 },
      list: null,
    });
  });

  it('leave the value that was given alone', () => {
    const given = Object.freeze({ outer: Object.freeze({}) });
    applyDefaults(schema, given);
    assert.deepEqual(given, { outer: {} });
  });
});

describe('validation', () => {
  it('refuses properties with names that objects inherit', () => {
    const schema: Schema = { type: 'object', properties: { a: { type: 'string' } } };
    for (const name of ['__proto__', 'constructor', 'toString']) {
      assert.match(faultsOf(schema, JSON.parse(`{"${name}": {}}`))[0] ?? '', new RegExp(`^${name}: is unknown`));
    }
    assert.deepEqual(faultsOf({ ...schema, required: ['constructor'] }, {}), [
      'constructor: is missing (got nothing, allowed any value)',
    ]);
  });

  it('tells a rule that is broken where the rule says', () => {
    const schema: Schema = {
      type: 'object',
      properties: { low: { type: 'integer' }, high: { type: 'integer' } },
      'x-kubernetes-validations': [
        {
          rule: 'self.low <= self.high',
          message: 'has bounds in the wrong order, allowed low at most high',
          fieldPath: '.high',
        },
      ],
    };
    assert.deepEqual(faultsOf(schema, { low: 1, high: 2 }), []);
    assert.deepEqual(faultsOf(schema, { low: 3, high: 2 }), [
      'high: has bounds in the wrong order (got 2, allowed low at most high)',
    ]);
  });

  it('tells a rule that cannot be evaluated, unless the structure is at fault', () => {
    const schema: Schema = {
      type: 'object',
      properties: { wait: { type: 'string', maxLength: 9 } },
      'x-kubernetes-validations': [{ rule: "duration(self.wait) > duration('1s')", message: 'is short, allowed more' }],
    };
    assert.match(faultsOf(schema, { wait: 'soon' })[0] ?? '', /^cannot be checked: .*duration/);
    assert.deepEqual(faultsOf(schema, { wait: 5 }), ['wait: has the wrong type (got 5, allowed a string)']);
  });

  it('computes in rules with whole numbers and fractions as their types say', () => {
    const schema: Schema = {
      type: 'object',
      properties: { whole: { type: 'integer' }, real: { type: 'number' } },
      'x-kubernetes-validations': [
        { rule: 'self.whole / 2 == 2 && self.real / 2.0 == 2.5', message: 'is off, allowed 5' },
      ],
    };
    assert.deepEqual(faultsOf(schema, { whole: 5, real: 5 }), []);
  });
});

describe('lines of YAML', () => {
  const text = `a: 1
list:
  - x: 1
  -
    y: &anchor
      z: 2
copy: *anchor
merged:
  <<: *anchor
`;
  const { documents } = parseYaml(text, 'f');
  const lineOf = (...path: (string | number)[]): number | undefined => documents[0]?.lineOf(path);

  it('are those of keys and list entries', () => {
    assert.deepEqual([lineOf('a'), lineOf('list'), lineOf('list', 0, 'x'), lineOf('list', 1, 'y', 'z')], [1, 2, 3, 6]);
  });

  it('of what is missing are those of what is around it', () => {
    assert.deepEqual(
      [lineOf('none'), lineOf('list', 0, 'none'), lineOf('list', 7), lineOf('copy', 'none')],
      [1, 3, 2, 7],
    );
  });

  it('sort faults', () => {
    const faults = [['list', 1, 'y'], ['a']].map((path) => ({ path, message: 'is bad' }));
    const lines = locateFaults(faults, documents[0], 'f').map((fault) => `${formatPath(fault.path)} ${fault.line}`);
    assert.deepEqual(lines, ['a 1', 'list[1].y 5']);
  });
});
