// The demo's page: takes snapshots from the server and hands them to charts, texts and controls.

import type { Snapshot } from '../messages.ts';
import { Charts } from './charts.ts';
import { listenToControls, showControls } from './controls.ts';
import { element } from './elements.ts';
import { showReadouts, showStatus } from './readouts.ts';

const charts = new Charts({
  raw: element('raw-chart', HTMLElement),
  shaped: element('shaped-chart', HTMLElement),
  guesses: element('guess-chart', HTMLElement),
});
listenToControls();

const events = new EventSource('/events');
events.addEventListener('message', ({ data }) => {
  const snapshot = JSON.parse(data) as Snapshot;
  charts.show(snapshot);
  showReadouts(snapshot);
  showControls(snapshot);
});
events.addEventListener('error', () => showStatus('lost', 'The demo does not answer; was it ended in the terminal?'));
