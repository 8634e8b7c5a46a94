/**
 * The series that nobody records into: the tunnels count in the meters of their policies (no instrument call per frame), and this
 * producer hands the counts over whole when metrics are collected. It goes from policy to policy in slices, since a process may
 * have many, and a scrape must not make frames late.
 */
import type { Attributes, HrTime } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  type MetricData,
  type MetricProducer,
} from '@opentelemetry/sdk-metrics';
import { latenessBoundsSeconds, type TunnelMeter } from '@quietwire/tunnel';
import { inTurns } from '../system-turns.ts';
import { type InstrumentName, instruments } from './instrument-table.ts';

export interface MeteredPolicy {
  /** `namespace/name`. */
  readonly name: string;
  readonly meter: TunnelMeter;
}

export interface PolicySources {
  /** Every policy that was in force since the start: counters do not vanish. */
  readonly policies: () => Iterable<MeteredPolicy>;
  /** Policies in force with their versions. */
  readonly generations: () => Iterable<{ readonly name: string; readonly generation: number }>;
  /** ms since 1970. */
  readonly wallNow: () => number;
}

type CounterName = 'quietwire.network.io' | 'quietwire.frame.count' | 'quietwire.slot.count' | 'quietwire.period.count';

export function policyProducer({ policies, generations, wallNow }: PolicySources): MetricProducer {
  const startTime = hrTime(wallNow());
  return {
    collect: async (): Promise<CollectionResult> => {
      const endTime = hrTime(wallNow());
      const counters = new Map<CounterName, DataPoint<number>[]>();
      const lateness: DataPoint<Histogram>[] = [];
      await inTurns(policies(), ({ name, meter }) => {
        for (const [counter, value, attributes] of counts(meter)) {
          const points = counters.get(counter) ?? [];
          points.push({ startTime, endTime, attributes: { 'quietwire.policy': name, ...attributes }, value });
          counters.set(counter, points);
        }
        lateness.push({ startTime, endTime, attributes: { 'quietwire.policy': name }, value: histogramOf(meter) });
      });
      const versions: DataPoint<number>[] = [];
      for (const { name, generation } of generations()) {
        versions.push({ startTime, endTime, attributes: { 'quietwire.policy': name }, value: generation });
      }
      const metrics: MetricData[] = [...counters].map(([name, dataPoints]) => ({
        ...described(name),
        dataPointType: DataPointType.SUM,
        isMonotonic: true,
        dataPoints,
      }));
      metrics.push({
        ...described('quietwire.slot.lateness'),
        dataPointType: DataPointType.HISTOGRAM,
        dataPoints: lateness,
      });
      metrics.push({
        ...described('quietwire.policy.generation'),
        dataPointType: DataPointType.GAUGE,
        dataPoints: versions,
      });
      const scope = {
        scope: { name: 'quietwire' },
        metrics: metrics.filter(({ dataPoints }) => dataPoints.length > 0),
      };
      const scopeMetrics = scope.metrics.length === 0 ? [] : [scope];
      return { resourceMetrics: { resource: emptyResource(), scopeMetrics }, errors: [] };
    },
  };
}

function counts(meter: TunnelMeter): readonly (readonly [CounterName, number, Attributes])[] {
  const transmit = { 'network.io.direction': 'transmit' };
  const receive = { 'network.io.direction': 'receive' };
  const period = { 'quietwire.frame.phase': 'period' };
  const background = { 'quietwire.frame.phase': 'background' };
  return [
    ['quietwire.network.io', meter.bytesSent, transmit],
    ['quietwire.network.io', meter.bytesReceived, receive],
    ['quietwire.frame.count', meter.framesSentPeriod, { ...transmit, ...period }],
    ['quietwire.frame.count', meter.framesSentBackground, { ...transmit, ...background }],
    ['quietwire.frame.count', meter.framesReceivedPeriod, { ...receive, ...period }],
    ['quietwire.frame.count', meter.framesReceivedBackground, { ...receive, ...background }],
    ['quietwire.slot.count', meter.slotsSent, { 'quietwire.slot.outcome': 'sent' }],
    ['quietwire.slot.count', meter.slotsSkipped, { 'quietwire.slot.outcome': 'skipped' }],
    ['quietwire.period.count', meter.periodsDevice, { 'quietwire.period.initiator': 'device' }],
    ['quietwire.period.count', meter.periodsCloud, { 'quietwire.period.initiator': 'cloud' }],
  ];
}

function described(name: InstrumentName): Pick<MetricData, 'descriptor' | 'aggregationTemporality'> {
  const { unit, description } = instruments[name];
  return {
    descriptor: { name, description, unit, valueType: 1 },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
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
