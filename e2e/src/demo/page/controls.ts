// The switch and the policy: what a reader can change. Asks the demo's server; what came of it arrives as snapshots.

import type { Command, Settings, Snapshot } from '../messages.ts';
import { element, setText } from './elements.ts';
import { formatDelay, formatPercent } from './format.ts';

const switchButton = element('switch', HTMLButtonElement);
const lamp = element('lamp', SVGElement);
const policy = element('policy', HTMLFormElement);
const slider = element('confidence', HTMLInputElement);
const sliderValue = element('confidence-value', HTMLOutputElement);
const errorText = element('policy-error', HTMLElement);
const modes = [...policy.querySelectorAll<HTMLInputElement>('input[name=mode]')];

/** Until when the reader's own choice stands against what snapshots say: one is on its way to the server. */
let isChanging = false;

export function listenToControls(): void {
  switchButton.addEventListener('click', () => {
    void ask('/switch', { on: switchButton.getAttribute('aria-checked') !== 'true' });
  });
  slider.addEventListener('input', () => {
    isChanging = true;
    setText(sliderValue, formatPercent(Number(slider.value) / 100));
  });
  slider.addEventListener('change', () => void changePolicy());
  for (const mode of modes) mode.addEventListener('change', () => void changePolicy());
  policy.addEventListener('submit', (event) => event.preventDefault());
}

export function showControls({ phase, settings, promise, commands, plugIsOn }: Snapshot): void {
  const isRunning = phase === 'running';
  const latest = commands[0];
  showSwitch(latest ? latest.on : plugIsOn, isRunning);
  lamp.setAttribute('data-on', String(plugIsOn));
  setText(
    element('command', HTMLElement),
    latest ? sentence(latest) : 'Press: a real MQTT command goes through the tunnel.',
  );
  showCommands(commands);
  policy.toggleAttribute('inert', !isRunning);
  showLimits(promise);
  if (isChanging) return;
  for (const mode of modes) mode.checked = mode.value === settings.mode;
  slider.value = String(Math.round(settings.confidence * 100));
  setText(sliderValue, formatPercent(settings.confidence));
  slider.disabled = settings.mode === 'ILP';
  setText(element('mode-text', HTMLElement), modeTexts[settings.mode]);
}

const modeTexts = {
  STP: 'Runs of equal frames, now and then: yours and invented ones.',
  ILP: 'The same frames all the time. Nothing is left to guess; it costs most.',
} as const;

function showSwitch(isOn: boolean, isEnabled: boolean): void {
  switchButton.disabled = !isEnabled;
  switchButton.setAttribute('aria-checked', String(isOn));
  const label = switchButton.querySelector('.label');
  if (label) setText(label, isOn ? 'on' : 'off');
}

function sentence({ on, delayMs }: Command): string {
  const state = on ? 'on' : 'off';
  return delayMs === undefined
    ? `“${state}” is on its way through the tunnel …`
    : `“${state}” reached the plug after ${formatDelay(delayMs)}.`;
}

function showCommands(commands: readonly Command[]): void {
  const list = element('commands', HTMLOListElement);
  const texts = commands
    .slice(0, 4)
    .map(({ id, on, delayMs }) => `#${id} ${on ? 'on' : 'off'}  ${delayMs === undefined ? '…' : formatDelay(delayMs)}`);
  if (list.dataset.shown === texts.join()) return;
  list.dataset.shown = texts.join();
  list.replaceChildren(
    ...texts.map((text) => {
      const item = document.createElement('li');
      item.textContent = text;
      return item;
    }),
  );
}

function showLimits({ lowestConfidence, probability }: Snapshot['promise']): void {
  slider.min = String(Math.floor(lowestConfidence * 100) + 1);
  setText(
    element('confidence-text', HTMLElement),
    `of the times it claims that someone acts as a run begins. Less costs more; below ${formatPercent(probability)} no cover helps, since a blind guess is right as often.`,
  );
}

async function changePolicy(): Promise<void> {
  const mode = modes.find(({ checked }) => checked)?.value === 'ILP' ? 'ILP' : 'STP';
  const settings: Settings = { mode, confidence: Number(slider.value) / 100 };
  isChanging = true;
  setText(errorText, await ask('/settings', settings));
  isChanging = false;
}

/** Sends a request; returns what the server has against it, or nothing. */
async function ask(path: string, body: object): Promise<string> {
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.ok ? '' : await response.text();
  } catch {
    return 'The demo does not answer.';
  }
}
