/**
 * Joins instruments and readers: `/metrics` for Prometheus always, a push by OTLP where the configuration names an endpoint.
 * Which SDK carries the readers is an argument: the process has a global one that reads the environment
 * (`system-metrics-sdk.ts`), a sidecar inside another program a provider of its own.
 */
import type { MeterProvider } from '@opentelemetry/api';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  type MetricProducer,
  type MetricReader,
  PeriodicExportingMetricReader,
  MeterProvider as SdkMeterProvider,
} from '@opentelemetry/sdk-metrics';
import { policyProducer } from './policy-producer.ts';
import { PrometheusReader } from './prometheus-reader.ts';
import { type MetricSources, SidecarMetrics } from './sidecar-metrics.ts';
import { SlicedExporter } from './sliced-exporter.ts';
import { observeProcess } from './system-process-metrics.ts';

export interface OtlpOptions {
  /** URL of the collector; `/v1/metrics` is appended to a bare one. */
  readonly endpoint: string;
  readonly intervalMs: number;
}

export interface MetricsSdk {
  readonly provider: MeterProvider;
  /** Nothing is collected: readers are not bound, and a scrape is empty. */
  readonly disabled?: boolean;
  shutdown(): Promise<void>;
}

/** Starts an SDK that collects by these readers. */
export type StartMetricsSdk = (readers: MetricReader[], resource: Resource) => MetricsSdk;

export interface Telemetry {
  readonly metrics: SidecarMetrics;
  /** The text of a scrape. */
  metricsText(): Promise<string>;
  /** Sends what is left by OTLP and stops the samples. */
  shutdown(): Promise<void>;
}

/** An SDK inside another program: no global provider, no environment. */
export const plainMetricsSdk: StartMetricsSdk = (readers, resource) => {
  const provider = new SdkMeterProvider({ readers, resource });
  return { provider, shutdown: () => provider.shutdown() };
};

export function startTelemetry(options: {
  readonly sources: MetricSources;
  readonly version: string;
  readonly otlp: OtlpOptions | undefined;
  readonly startSdk: StartMetricsSdk;
}): Telemetry {
  const producer = policyProducer(options.sources);
  const prometheus = new PrometheusReader([producer]);
  const readers: MetricReader[] = [prometheus];
  if (options.otlp !== undefined) readers.push(otlpReader(options.otlp, producer));
  const resource = resourceFromAttributes({
    'service.name': 'quietwire-sidecar',
    'service.version': options.version,
  });
  const sdk = options.startSdk(readers, resource);
  const stopSampling = observeProcess(sdk.provider);
  return {
    metrics: new SidecarMetrics(sdk.provider, options.sources),
    metricsText: async () => (sdk.disabled ? '' : await prometheus.text()),
    shutdown: async () => {
      stopSampling();
      await sdk.shutdown();
    },
  };
}

function otlpReader(otlp: OtlpOptions, producer: MetricProducer): MetricReader {
  const url = new URL(otlp.endpoint);
  if (!url.pathname.endsWith('/v1/metrics')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/metrics`;
  return new PeriodicExportingMetricReader({
    exporter: new SlicedExporter({ url: url.href }),
    exportIntervalMillis: otlp.intervalMs,
    exportTimeoutMillis: Math.min(otlp.intervalMs, 10_000),
    metricProducers: [producer],
  });
}
