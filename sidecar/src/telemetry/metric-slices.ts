/**
 * Collected metrics in pieces that take little time each to serialise. Pure.
 */
import { DataPointType, type MetricData, type ResourceMetrics } from '@opentelemetry/sdk-metrics';

/** A histogram is a line of text, or a number, for each of its buckets. */
const weightOfHistogram = 8;

/** Pieces of one metric each, of up to `size` data points; those of a metric follow each other. */
export function* metricSlices({ resource, scopeMetrics }: ResourceMetrics, size: number): Generator<ResourceMetrics> {
  for (const { scope, metrics } of scopeMetrics) {
    for (const metric of metrics) {
      const points = Math.max(1, Math.floor(size / weightOf(metric)));
      for (let first = 0; first < metric.dataPoints.length; first += points) {
        const piece = { ...metric, dataPoints: metric.dataPoints.slice(first, first + points) } as MetricData;
        yield { resource, scopeMetrics: [{ scope, metrics: [piece] }] };
      }
    }
  }
}

/** Pieces of up to `size` data points of several metrics; a metric occurs once in a piece. */
export function* metricBatches(metrics: ResourceMetrics, size: number): Generator<ResourceMetrics> {
  let scopes: ResourceMetrics['scopeMetrics'] = [];
  let weight = 0;
  for (const { resource, scopeMetrics } of metricSlices(metrics, size)) {
    const added = scopeMetrics.flatMap((scope) => scope.metrics).reduce((sum, metric) => sum + loadOf(metric), 0);
    if (weight > 0 && weight + added > size) {
      yield { resource, scopeMetrics: scopes };
      scopes = [];
      weight = 0;
    }
    scopes.push(...scopeMetrics);
    weight += added;
  }
  if (weight > 0) yield { resource: metrics.resource, scopeMetrics: scopes };
}

function loadOf(metric: MetricData): number {
  return metric.dataPoints.length * weightOf(metric);
}

function weightOf({ dataPointType }: MetricData): number {
  return dataPointType === DataPointType.HISTOGRAM ? weightOfHistogram : 1;
}
