import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { renderLine, Verdicts } from '../../src/conform/verdicts.ts';

const lineOf = (verdicts: Verdicts, text: string) => {
  const line = verdicts.lines('minimal').find((entry) => entry.text.includes(text));
  assert.ok(line, text);
  return renderLine(line);
};

suite('verdicts of a conformance run', () => {
  test('one fault outweighs good sights before and after it', () => {
    const verdicts = new Verdicts();
    verdicts.judge('cloud-mac', true, '');
    verdicts.judge('cloud-mac', false, 'it began a session');
    verdicts.judge('cloud-mac', true, '');
    assert.equal(verdicts.failed, true);
    assert.match(lineOf(verdicts, 'cloud’s proof'), /^not ok §5\.5 .*: it began a session$/);
  });

  test('what was not seen is never ok, and says why', () => {
    const verdicts = new Verdicts();
    verdicts.unseen('ack', 'no program on the device opened a stream');
    assert.match(lineOf(verdicts, 'acknowledges'), /^-- §11\.3 .*: not observable \(no program/);
    assert.match(lineOf(verdicts, 'keys are erased'), /^-- §5\.8 .*: not observable \(inside the device\)$/);
    assert.match(lineOf(verdicts, 'connects again'), /^-- §5\.1 .*: not observable \(no scenario got so far\)$/);
    assert.equal(verdicts.failed, false);
    assert.equal(verdicts.empty, true);
  });

  test('lines are in the order of sections, those of the full profile only there', () => {
    const verdicts = new Verdicts();
    const sections = verdicts.lines('full').map(({ section }) => section.split('.').map(Number));
    for (const [at, [chapter = 0, part = 0]] of sections.entries()) {
      const [before = 0, partBefore = 0] = sections[at - 1] ?? [];
      assert.ok(chapter > before || (chapter === before && part >= partBefore), `${chapter}.${part}`);
    }
    assert.equal(
      verdicts.lines('minimal').some(({ text }) => text.includes('drawn within')),
      false,
    );
    assert.equal(
      verdicts.lines('full').some(({ text }) => text.includes('drawn within')),
      true,
    );
  });

  test('with seenOnly only what was tried has a line', () => {
    const verdicts = new Verdicts();
    verdicts.judge('proof', true, '');
    assert.deepEqual(
      verdicts.lines('minimal', true).map(({ text }) => text),
      ['the proof is right'],
    );
  });
});
