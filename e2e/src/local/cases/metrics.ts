// The e2e case `metrics`: a real Prometheus scrapes the sidecar, and a receiver of OTLP decodes what it pushes. Both paths have
// every live instrument of the contract and no other, and nothing names a device.
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Case, type CaseOutcome, Faults, type Figures } from '../../harness/cases.ts';
import { waitUntil } from '../../harness/wait.ts';
import { plainPeer, tlsPeer } from '../bad/raw-peer.ts';
import { contractInstruments, seriesNames } from '../metrics/contract-names.ts';
import { type OtlpReceiver, startOtlpReceiver } from '../metrics/otlp-receiver.ts';
import { Prometheus, prometheusMissing, type Series } from '../metrics/prometheus.ts';
import { renderSamplePolicy } from '../rig/policy.ts';
import { Stack } from '../rig/stack.ts';
import { startEcho } from '../rig/tcp-service.ts';
import { type Workplace, withWorkplace } from '../rig/workplace.ts';

/** No other text of the rig holds it. */
const device = 'unmistakable-device-4711';
const policyName = 'iot/smart-plug';
/** What Prometheus adds to a target by itself, and the target's resource. */
const ofPrometheus = /^(up|scrape_.*|target_info)$/;
const labelsOfPrometheus = ['__name__', 'job', 'instance', 'le'];
const pushMs = 1000;

export const metricsCase: Case = {
  name: 'metrics',
  about:
    'Prometheus scrapes and OTLP carries every instrument of this version by its contracted name; none names a device',
  waits: true,
  blocked: prometheusMissing,
  run: () => withWorkplace('metrics', runMetrics),
};

async function runMetrics(place: Workplace): Promise<CaseOutcome> {
  const faults = new Faults();
  const figures: Figures = {};
  const receiver = await startOtlpReceiver(place);
  const echo = await startEcho(place);
  const stack = await Stack.start(place, {
    policies: [renderSamplePolicy({ services: [{ name: 'echo', port: echo.port }], spec: { period: '2s' } })],
    sets: [`telemetry.otlp.endpoint=http://127.0.0.1:${receiver.port}`, `telemetry.otlp.interval=${pushMs}ms`],
  });
  const prometheus = await Prometheus.start(place, stack.ports.admin);
  await happenings(stack);
  await waitUntil('two scrapes after all that', 20_000, async () => {
    const [ended] = await prometheus.query('quietwire_tunnel_duration_seconds_count');
    return ended?.value === 1 ? true : undefined;
  });
  await delay(2 * pushMs + 500);
  await judgePrometheus(prometheus, faults, figures);
  judgeOtlp(receiver, faults, figures);
  stack.sidecar.signal('SIGTERM');
  const before = receiver.pushes.length;
  faults.expect((await stack.sidecar.exitsWithin(25_000)) === 0, 'the sidecar did not end with 0');
  faults.expect(receiver.pushes.length > before, 'nothing was pushed at the end');
  return faults.outcome(figures);
}

/** One of everything that is counted: a tunnel that stands and one that ended, refusals of each kind. */
async function happenings(stack: Stack): Promise<void> {
  const { place, ports } = stack;
  await stack.startAgent({ device, services: ['echo'] });
  const second = await stack.startAgent({ device: `${device}-b`, services: ['echo'] });
  const wrongKey = await place.file('wrong.key', randomBytes(32).toString('base64'));
  const refused = await stack.launchAgent({ device: `${device}-c`, services: ['echo'], keyFile: wrongKey });
  const ca = await readFile(stack.caFile, 'utf8');
  await Promise.all([
    refused.child.exitsWithin(10_000),
    plainPeer(ports.sidecar, 'GET / HTTP/1.0\r\n\r\n'),
    tlsPeer({ port: ports.sidecar, ca, protocols: [] }),
    second.child.stop(),
  ]);
}

async function judgePrometheus(prometheus: Prometheus, faults: Faults, figures: Figures): Promise<void> {
  const series = await prometheus.series('{job="sidecar"}');
  const expected = new Map(contractInstruments.flatMap((row) => seriesNames(row).map((name) => [name, row.labels])));
  const names = new Set(series.map(({ __name__ = '' }) => __name__).filter((name) => !ofPrometheus.test(name)));
  for (const name of expected.keys()) faults.expect(names.has(name), `Prometheus has no ${name}`);
  for (const name of names)
    faults.expect(expected.has(name), `Prometheus has ${name}, which the contract does not name`);
  for (const labels of series) judgeLabels(labels, expected.get(labels.__name__ ?? ''), faults);
  const value = async (expression: string) => (await prometheus.query(expression))[0]?.value;
  const values: [expression: string, expected: number][] = [
    ['up{job="sidecar"}', 1],
    [`sum(quietwire_tunnel_active{quietwire_policy="${policyName}"})`, 1],
    ['sum(quietwire_authentication_count_total{quietwire_key_slot="primary"})', 2],
    ['sum(quietwire_authentication_count_total{error_type="authentication"})', 1],
    ['quietwire_admission_refused_total{error_type="unshaped"}', 1],
    ['quietwire_tls_handshake_duration_seconds_count{error_type="not_tls"}', 1],
    ['quietwire_policy_generation', 1],
  ];
  for (const [expression, number] of values) {
    const got = await value(expression);
    faults.expect(got === number, `${expression} is ${got}, not ${number}`);
  }
  const rate = await value('sum(rate(quietwire_frame_count_total{network_io_direction="transmit"}[10s]))');
  faults.expect((rate ?? 0) > 0, `the rate of frames is ${rate}`);
  figures.prometheus_series = series.length;
  figures.prometheus_names = names.size;
}

function judgeLabels(series: Series, allowed: readonly string[] | undefined, faults: Faults): void {
  const text = JSON.stringify(series);
  faults.expect(!text.includes(device), `a series names a device: ${text}`);
  if (allowed === undefined) return;
  for (const label of Object.keys(series)) {
    const isKnown = labelsOfPrometheus.includes(label) || allowed.includes(label);
    faults.expect(isKnown, `${series.__name__} has a label ${label}, which the contract does not name`);
  }
}

function judgeOtlp({ pushes }: OtlpReceiver, faults: Faults, figures: Figures): void {
  const last = pushes.at(-1);
  faults.expect(last !== undefined, 'nothing was pushed');
  if (last === undefined) return;
  faults.expect(last.path === '/v1/metrics', `pushed to ${last.path}`);
  faults.expect(last.contentType === 'application/x-protobuf', `pushed as ${last.contentType}`);
  faults.expect(last.resource['service.name'] === 'quietwire-sidecar', `pushed by ${JSON.stringify(last.resource)}`);
  faults.expect(!JSON.stringify(pushes).includes(device), 'a push names a device');
  const byName = new Map(last.metrics.map((metric) => [metric.name, metric]));
  for (const { name, kind, unit, labels } of contractInstruments) {
    const metric = byName.get(name);
    faults.expect(metric !== undefined, `no push holds ${name}`);
    if (metric === undefined) continue;
    const [got, wanted] = [`${metric.kind} in "${metric.unit}"`, `${kind} in "${unit}"`];
    faults.expect(got === wanted, `${name} was pushed as ${got}, not ${wanted}`);
    faults.expect(kind === 'gauge' || metric.cumulative, `${name} was not pushed as cumulative`);
    faults.expect(metric.points.length > 0, `${name} was pushed without points`);
    for (const { attributes } of metric.points) {
      const strangers = Object.keys(attributes).filter((key) => !labels.includes(key.replaceAll('.', '_')));
      faults.expect(strangers.length === 0, `${name} was pushed with ${strangers.join(', ')}`);
    }
  }
  const unknown = [...byName.keys()].filter((name) => !contractInstruments.some((row) => row.name === name));
  faults.expect(unknown.length === 0, `pushed and not in the contract: ${unknown.join(', ')}`);
  const lateness = byName.get('quietwire.slot.lateness')?.points[0];
  faults.expect((lateness?.count ?? 0) > 0 && (lateness?.buckets ?? 0) > 1, 'the lateness came without counts');
  figures.otlp_metrics = last.metrics.length;
  figures.otlp_pushes = pushes.length;
}
