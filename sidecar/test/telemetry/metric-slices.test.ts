// Metrics of many policies in pieces: the same text and the same data points as in one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TunnelMeter } from '@quietwire/tunnel';
import { metricBatches } from '../../src/telemetry/metric-slices.ts';
import { policyProducer } from '../../src/telemetry/policy-producer.ts';
import { PrometheusReader } from '../../src/telemetry/prometheus-reader.ts';

const nowMs = Date.UTC(2026, 0, 1);

async function collected(count: number): Promise<{ reader: PrometheusReader; metrics: ResourceMetrics }> {
  const policies = Array.from({ length: count }, (_, index) => {
    const meter = new TunnelMeter();
    meter.bytesSent = index;
    meter.frameSent(100, true, index / 10);
    return { name: `iot/p${index}`, meter };
  });
  const generations = () => policies.map(({ name }, index) => ({ name, generation: index + 1 }));
  const producer = policyProducer({ policies: () => policies, generations, wallNow: () => nowMs });
  const reader = new PrometheusReader([producer]);
  const meter = new MeterProvider({ readers: [reader] }).getMeter('quietwire');
  const authentications = meter.createCounter('quietwire.authentication.count', { description: 'Devices let in' });
  for (const { name } of policies) authentications.add(1, { 'quietwire.policy': name });
  return { reader, metrics: (await reader.collect()).resourceMetrics };
}

test('A scrape in pieces is the text that the exporter gives in one', async () => {
  for (const count of [0, 1, 17, 100]) {
    const { reader, metrics } = await collected(count);
    const whole = new PrometheusSerializer('', false, undefined, false, true).serialize(metrics);
    assert.equal(await reader.text(), whole.replace(/# no registered metrics$/, ''));
  }
});

test('A push in requests holds every data point once, and a metric once in a request', async () => {
  const { metrics } = await collected(100);
  const points = (all: ResourceMetrics): string[] =>
    all.scopeMetrics.flatMap((scope) =>
      scope.metrics.flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => `${descriptor.name} ${JSON.stringify([attributes, value])}`),
      ),
    );
  const batches = [...metricBatches(metrics, 128)];
  assert.ok(batches.length > 5);
  assert.deepEqual(batches.flatMap(points), points(metrics));
  for (const batch of batches) {
    const names = batch.scopeMetrics.flatMap((scope) => scope.metrics.map(({ descriptor }) => descriptor.name));
    assert.equal(new Set(names).size, names.length, names.join());
  }
});
