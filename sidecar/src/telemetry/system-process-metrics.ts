/**
 * What the process itself costs: event loop, heap and memory, under the names of OpenTelemetry's conventions. Several
 * readers may collect, so a window of samples ends by age and not by being read.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import type { Meter, MeterProvider } from '@opentelemetry/api';
import { instruments } from './instrument-table.ts';

/** Distance of the samples. Node's histogram counts it into every delay; here it is taken off again. */
const resolutionMs = 10;
/** Readers that ask more often see the same window. */
const shortestWindowMs = 5000;

interface EventLoopWindow {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly utilization: number;
}

/** Begins to sample and registers the instruments. Returns what stops the sampling. */
export function observeProcess(provider: MeterProvider): () => void {
  const meter = provider.getMeter('quietwire');
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  const delaySeconds = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e9 - resolutionMs / 1000);

  let since = performance.now();
  let utilizationAt = performance.eventLoopUtilization();
  let last: EventLoopWindow | undefined;
  const eventLoop = (): EventLoopWindow => {
    const now = performance.now();
    if (last !== undefined && now - since < shortestWindowMs) return last;
    since = now;
    const utilization = performance.eventLoopUtilization(utilizationAt).utilization;
    utilizationAt = performance.eventLoopUtilization();
    last = {
      p50: delaySeconds(histogram.percentile(50)),
      p99: delaySeconds(histogram.percentile(99)),
      max: delaySeconds(histogram.max),
      utilization,
    };
    histogram.reset();
    return last;
  };

  gauge(meter, 'nodejs.eventloop.delay.p50', () => eventLoop().p50);
  gauge(meter, 'nodejs.eventloop.delay.p99', () => eventLoop().p99);
  gauge(meter, 'nodejs.eventloop.delay.max', () => eventLoop().max);
  gauge(meter, 'nodejs.eventloop.utilization', () => eventLoop().utilization);
  const heap = instruments['v8js.memory.heap.used'];
  meter
    .createObservableUpDownCounter('v8js.memory.heap.used', { unit: heap.unit, description: heap.description })
    .addCallback((result) => {
      for (const space of getHeapSpaceStatistics()) {
        result.observe(space.space_used_size, { 'v8js.heap.space.name': space.space_name });
      }
    });
  const memory = instruments['process.memory.usage'];
  meter
    .createObservableUpDownCounter('process.memory.usage', { unit: memory.unit, description: memory.description })
    .addCallback((result) => result.observe(process.memoryUsage.rss()));
  return () => histogram.disable();
}

function gauge(
  meter: Meter,
  name:
    | 'nodejs.eventloop.delay.p50'
    | 'nodejs.eventloop.delay.p99'
    | 'nodejs.eventloop.delay.max'
    | 'nodejs.eventloop.utilization',
  value: () => number,
): void {
  const { unit, description } = instruments[name];
  meter.createObservableGauge(name, { unit, description }).addCallback((result) => result.observe(value()));
}
