/**
 * The Prometheus exporter of OpenTelemetry, mounted on the admin server, with the units in the names (contract.md section
 * 7) and without the scope labels that would tell the library's version in every series.
 */
import { diag } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { type CollectionResult, DataPointType, type MetricData, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { prometheusName, unitSuffix } from './prometheus-name.ts';

export class PrometheusReader extends PrometheusExporter {
  readonly #serializer = new PrometheusSerializer('', false, undefined, false, true);

  /** @param producers sources of whole series, beside the instruments. */
  constructor(producers: MetricProducer[]) {
    // Its own server would listen on `localhost`, where no scrape of a pod arrives.
    super({ preventServerStart: true, withoutScopeInfo: true, metricProducers: producers });
  }

  /** All series as text. @throws (rejects) once the reader is shut down. */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) diag.error('metrics could not be collected', ...errors);
    return this.#serializer.serialize(resourceMetrics);
  }

  override async collect(...options: Parameters<PrometheusExporter['collect']>): Promise<CollectionResult> {
    const { resourceMetrics, errors } = await super.collect(...options);
    const scopeMetrics = resourceMetrics.scopeMetrics.map((scope) => ({
      ...scope,
      metrics: scope.metrics.map(withUnit),
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }
}

function withUnit(metric: MetricData): MetricData {
  const { descriptor, dataPointType } = metric;
  const unit = unitSuffix(descriptor.unit, dataPointType === DataPointType.GAUGE ? 'gauge' : 'other');
  return { ...metric, descriptor: { ...descriptor, name: prometheusName(descriptor.name, unit), unit } };
}
