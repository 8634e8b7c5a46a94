// Texts that make a reader work: each is refused with its line, in time that grows no faster than the text.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatFault } from '../../src/document/fault.ts';
import { parseYaml } from '../../src/document/yaml-source.ts';
import { ShapingError } from '../../src/errors.ts';
import { parsePolicyFile } from '../../src/policy.ts';

const head = 'apiVersion: quietwire.dev/v1alpha1\nkind: ShapingPolicy\nmetadata: { name: x }\n';

function repeat(count: number, line: (index: number) => string, joint = '\n'): string {
  return Array.from({ length: count }, (_, index) => line(index)).join(joint);
}

function faultOf(text: string): string {
  const { faults, documents } = parseYaml(text, 'f');
  assert.equal(faults.length, 1, faults.map(formatFault).join('\n'));
  assert.equal(documents.length, 0);
  return faults.map(formatFault).join();
}

describe('a YAML text is refused', () => {
  it('with an alias of what it stands in', () => {
    const infinite = /is an alias of what it stands in \(got nothing, allowed values that end\)$/;
    assert.match(faultOf('a: &a [1, *a]\n'), /^f:1: a\[1\]: is an alias/);
    assert.match(faultOf('kind: x\nspec: &s\n  b:\n    c: *s\n'), /^f:4: spec\.b\.c: is an alias/);
    for (const text of ['&a [*a]', '&a { b: *a }', 'a: &a\n  - b: { c: *a }']) assert.match(faultOf(text), infinite);
  });

  it('with aliases that grow without bound', () => {
    const levels = repeat(12, (index) => `l${index + 1}: &l${index + 1} [${`*l${index},`.repeat(9)}]`);
    assert.equal(faultOf(`l0: &l0 [x]\n${levels}`), 'f:2: has too many aliases (got 101, allowed at most 100)');
    const few = repeat(4, (index) => `l${index + 1}: &l${index + 1} [${`*l${index},`.repeat(9)}]`);
    assert.match(
      faultOf(`l0: &l0 [x]\n${few}`),
      /^f:1: has too many values behind aliases \(got nothing, allowed at most 4000\)$/,
    );
  });

  it('with too many keys, values, documents or characters, or too deep', () => {
    assert.match(
      faultOf(`a: 1\nb:\n${repeat(257, (index) => `  k${index}:`)}`),
      /^f:3: has too many keys in one mapping/,
    );
    assert.match(faultOf(`{${repeat(257, (index) => `k${index}: 1`, ',')}}`), /^f:1: has too many keys/);
    assert.match(faultOf(`a: [${repeat(4000, () => '{}', ',')}]`), /^f:1: has too many values \(got 4001/);
    assert.match(faultOf(repeat(1001, () => '--- 1')), /^f:1001: has too many documents \(got 1001/);
    assert.match(faultOf(`a: ${'x'.repeat(1024 * 1024)}`), /^f: is too long/);
    for (const text of [
      '['.repeat(5000),
      '{a: '.repeat(5000),
      '- '.repeat(5000),
      repeat(900, (index) => `${' '.repeat(index)}a:`),
    ]) {
      assert.match(faultOf(text), /^f:\d+: is nested too deeply \(got 33, allowed at most 32\)$/);
    }
  });

  it('but not for what any policy or configuration holds', () => {
    const text = `a: &a { b: 1 }\n${repeat(90, (index) => `k${index}: *a`)}\nlist: [${repeat(2000, String, ',')}]\nm: { <<: *a }`;
    assert.deepEqual(parseYaml(text, 'f').faults, []);
  });
});

describe('a policy file', () => {
  /** What stopped the process for seconds: every key was compared with every other, and looked for once more for its line. */
  it('of nothing but unknown keys is refused at once', () => {
    const unknown = repeat(9000, (index) => `  ${index.toString(36)}:`);
    const started = performance.now();
    assert.throws(() => parsePolicyFile(`${head}spec:\n${unknown}`, 'f'), /too many keys/);
    // Generous for a busy machine; it was 4,800 ms on a quiet one.
    assert.ok(performance.now() - started < 1000);
  });

  it('with more faults than anybody reads tells a hundred of them and counts the rest', () => {
    const many = repeat(60, () => `${head}spec: { a: 1, b: 2, c: 3 }\n`, '---\n');
    assert.throws(
      () => parsePolicyFile(many, 'f'),
      (error: ShapingError) => {
        assert.ok(error instanceof ShapingError);
        const lines = error.message.split('\n');
        assert.equal(lines.length, 101);
        assert.match(lines[100] ?? '', /^and \d+ further faults$/);
        return true;
      },
    );
  });
});
