// Writes the event lists of proto/vectors from fixed inputs, by playing them to the product's own end of a tunnel; with
// --check it only compares and exits 1 on drift. They stand here because proto may not import what a tunnel is made of.
import { readFileSync, writeFileSync } from 'node:fs';
import { clockLists } from './vectors/clock-lists.ts';
import { closingLists, slotLists } from './vectors/closing-lists.ts';
import { type EventList, textOf } from './vectors/list-event.ts';
import { playList } from './vectors/play-list.ts';
import { streamLists } from './vectors/stream-lists.ts';
import { activityLines, openLines, verdictText } from './vectors/verdict-lists.ts';

const files: Readonly<Record<string, readonly EventList[]>> = {
  'clock.json': clockLists,
  'streams.json': streamLists,
  'closing.json': closingLists,
  'slots.json': slotLists,
};

const texts = new Map([
  ['activity.json', verdictText(activityLines())],
  ['opens.json', verdictText(openLines())],
]);
for (const [name, lists] of Object.entries(files)) {
  const played: EventList[] = [];
  for (const list of lists) played.push({ head: list.head, events: await playList(list) });
  texts.set(name, textOf(played));
}

const check = process.argv.includes('--check');
for (const [name, text] of texts) {
  const target = new URL(`../../proto/vectors/${name}`, import.meta.url);
  if (!check) writeFileSync(target, text);
  else if (readFileSync(target, 'utf8') !== text) {
    process.stderr.write(
      `proto/vectors/${name} is not what the code makes: run npm run generate, and tell why in SPEC.md\n`,
    );
    process.exitCode = 1;
  }
}
