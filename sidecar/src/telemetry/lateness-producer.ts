/**
 * `quietwire.slot.lateness` as a histogram that nobody records into: the tunnels count it in their meters (no instrument
 * call per frame), and this producer hands the counts over whole when metrics are collected.
 */
import type { HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { latenessBoundsSeconds, type TunnelMeter } from '@quietwire/tunnel';
import { instruments } from './instrument-table.ts';

export interface MeteredPolicy {
  /** `namespace/name`. */
  readonly name: string;
  readonly meter: TunnelMeter;
}

/** @param wallNow ms since 1970. */
export function latenessProducer(policies: () => Iterable<MeteredPolicy>, wallNow: () => number): MetricProducer {
  const startTime = hrTime(wallNow());
  return {
    collect: async (): Promise<CollectionResult> => {
      const endTime = hrTime(wallNow());
      const dataPoints: DataPoint<Histogram>[] = [];
      for (const { name, meter } of policies()) {
        dataPoints.push({ startTime, endTime, attributes: { 'quietwire.policy': name }, value: histogramOf(meter) });
      }
      const { unit, description } = instruments['quietwire.slot.lateness'];
      const metric = {
        descriptor: { name: 'quietwire.slot.lateness', description, unit, valueType: 1, advice: {} },
        aggregationTemporality: AggregationTemporality.CUMULATIVE,
        dataPointType: DataPointType.HISTOGRAM as const,
        dataPoints,
      };
      const scopeMetrics = dataPoints.length === 0 ? [] : [{ scope: { name: 'quietwire' }, metrics: [metric] }];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

function histogramOf(meter: TunnelMeter): Histogram {
  const counts = [...meter.latenessCounts];
  return {
    buckets: { boundaries: [...latenessBoundsSeconds], counts },
    sum: meter.latenessSumMs / 1000,
    count: counts.reduce((sum, count) => sum + count, 0),
  };
}

function hrTime(ms: number): HrTime {
  const seconds = Math.floor(ms / 1000);
  return [seconds, Math.round((ms - seconds * 1000) * 1e6)];
}
