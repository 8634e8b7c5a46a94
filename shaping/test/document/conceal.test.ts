import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concealed, concealedUrls } from '../../src/document/conceal.ts';

const cases: readonly (readonly [shown: string, hidden: string])[] = [
  ['http://collector:4318/v1/metrics', 'http://collector:4318/v1/metrics'],
  ['https://user:hunter2@collector/', 'https://***@collector/'],
  ['https://token@collector', 'https://***@collector'],
  ['HTTPS://user:hunt/er2@collector/x?key=hunter2#hunter2', 'HTTPS://***@collector/x?***'],
  ['https://user:h@nt?er2@collector', 'https://***@collector'],
  ['https://collector/v1?api-key=hunter2', 'https://collector/v1?***'],
  ['https://collector/#hunter2', 'https://collector/#***'],
  ['http:/user:hunter2@collector', 'http:/***@collector'],
  ['https://us er:"hunter2"@collector', 'https://***@collector'],
  ['user:hunter2@collector:4318', '***@collector:4318'],
  ['127.0.0.1:7443', '127.0.0.1:7443'],
  ['[::1]:7443', '[::1]:7443'],
  ['plug-1@home', 'plug-1@home'],
  ['25s', '25s'],
];

for (const [text, shown] of cases) {
  test(`${text} is shown as ${shown}`, () => {
    assert.equal(concealed(text), shown);
    assert.deepEqual(concealed({ a: [text, 1, null] }), { a: [shown, 1, null] });
  });
}

test('URLs inside a message lose their secrets, the rest stays', () => {
  const message = 'POST "https://user:hunter2@collector/v1?key=hunter2" failed: see http://docs.example/a, twice';
  assert.equal(concealedUrls(message), 'POST "https://***@collector/v1?***" failed: see http://docs.example/a, twice');
});
