// How long a closing may take, and what is said of policies whose tunnels need longer than the stop has.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { ShapingParameters } from '@quietwire/shaping';
import { loadSidecarConfig } from '../../src/config/load-config.ts';
import { closingBoundMs } from '../../src/policy/closing-time.ts';
import { readState } from '../../src/state.ts';
import { policyText, prepareDirectory } from '../fixture/local-sidecar.ts';

const services = ['name: plain, port: 9'];

async function faultsOf(policies: readonly string[], ...sets: string[]): Promise<string[]> {
  const { config } = await prepareDirectory({ policies });
  try {
    await readState(loadSidecarConfig({ text: config, sets }));
    return [];
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
    return errors.flatMap((each) => (each as Error).message.split('\n'));
  }
}

describe('The time that a closing takes', () => {
  test('is two periods, the rest and the lead in STP, a period and the longest interval in ILP', () => {
    const common = { periodMs: 5000, restMs: 200, leadMs: 500 };
    const parameters = (rest: object): ShapingParameters => ({ ...common, ...rest }) as unknown as ShapingParameters;
    assert.equal(closingBoundMs(parameters({ mode: 'STP' })), 10_700);
    const constant = { interval: { kind: 'constant', value: 50 } };
    assert.equal(closingBoundMs(parameters({ mode: 'ILP', downstream: constant })), 5050);
    const uniform = { interval: { kind: 'uniform', low: 20, high: 90, min: 20, max: 60_000 } };
    assert.ok(Math.abs(closingBoundMs(parameters({ mode: 'ILP', downstream: uniform })) - 5090) < 0.01);
  });

  test('must fit drain.deadline, in both modes', async () => {
    assert.deepEqual(await faultsOf([policyText({ services })], 'drain.deadline=1s'), []);
    assert.deepEqual(await faultsOf([policyText({ services, mode: 'ILP' })], 'drain.deadline=420ms'), []);
    const [fault, ...others] = await faultsOf([policyText({ services })], 'drain.deadline=999ms');
    assert.deepEqual(others, []);
    assert.match(
      fault ?? '',
      /policy\.yaml:9: spec\.period: does not let a tunnel close within drain\.deadline of 999ms, it takes up to 2 × period \+ rest \+ lead, 1000ms \(got "400ms", allowed a shorter period, or drain\.deadline of 1000ms at least\)$/,
    );
    const ilp = await faultsOf([policyText({ services, mode: 'ILP' })], 'drain.deadline=419ms');
    assert.match(ilp.join(), /up to period \+ the longest interval, 420ms/);
  });

  test('is told beside the faults of other files', async () => {
    const { directory, config } = await prepareDirectory({ policies: [policyText({ services })] });
    const other = join(directory, 'other.yaml');
    await writeFile(other, policyText({ services, name: 'bulb', fleet: 'bulb' }).replace('400ms', '1'));
    const sets = [`policy.files=${directory}/policy.yaml,${other}`, 'drain.deadline=0s'];
    await assert.rejects(readState(loadSidecarConfig({ text: config, sets })), (error: AggregateError) => {
      const text = error.errors.map((each: Error) => each.message).join('\n');
      assert.match(text, /drain\.deadline of 0ms/);
      assert.match(text, /other\.yaml:\d+: spec\.period/);
      return true;
    });
  });
});
