/**
 * The Prometheus exporter of OpenTelemetry, mounted on the admin server, with the units in the names (contract.md section
 * 7) and without the scope labels that would tell the library's version in every series. It serialises piece by piece, so that
 * frames leave in between.
 */
import { diag } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import {
  type CollectionResult,
  DataPointType,
  type MetricData,
  type MetricProducer,
  type ResourceMetrics,
} from '@opentelemetry/sdk-metrics';
import { inTurns } from '../system-turns.ts';
import { metricSlices } from './metric-slices.ts';
import { prometheusName, unitSuffix } from './prometheus-name.ts';

/** Data points of a piece: some tens of microseconds. */
const pointsOfPiece = 16;
/** The text that a serialiser gives for nothing. */
const nothing = /^# no registered metrics$/;

export class PrometheusReader extends PrometheusExporter {
  /** `target_info` once, and then the series without it. */
  readonly #target = new PrometheusSerializer('', false, undefined, false, true);
  readonly #series = new PrometheusSerializer('', false, undefined, true, true);

  /** @param producers sources of whole series, beside the instruments. */
  constructor(producers: MetricProducer[]) {
    // Its own server would listen on `localhost`, where no scrape of a pod arrives.
    super({ preventServerStart: true, withoutScopeInfo: true, metricProducers: producers });
  }

  override async collect(...options: Parameters<PrometheusExporter['collect']>): Promise<CollectionResult> {
    const { resourceMetrics, errors } = await super.collect(...options);
    const scopeMetrics = resourceMetrics.scopeMetrics.map((scope) => ({
      ...scope,
      metrics: scope.metrics.map(withUnit),
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }

  /** All series as text, as the exporter itself gives it. @throws (rejects) once the reader is shut down. */
  async text(): Promise<string> {
    const { resourceMetrics, errors } = await this.collect();
    if (errors.length > 0) diag.error('metrics could not be collected', ...errors);
    const parts = [
      this.#target.serialize({ ...resourceMetrics, scopeMetrics: [] }).replace(/# no registered metrics$/, ''),
    ];
    let metadata = '';
    await inTurns(metricSlices(resourceMetrics, pointsOfPiece), (piece: ResourceMetrics) => {
      const text = this.#series.serialize(piece);
      if (nothing.test(text)) return;
      const head = /^(?:#.*\n)*/.exec(text)?.[0] ?? '';
      // The pieces of one metric stand below one head.
      parts.push(head === metadata ? text.slice(head.length) : text);
      metadata = head;
    });
    return parts.join('');
  }
}

function withUnit(metric: MetricData): MetricData {
  const { descriptor, dataPointType } = metric;
  const unit = unitSuffix(descriptor.unit, dataPointType === DataPointType.GAUGE ? 'gauge' : 'other');
  return { ...metric, descriptor: { ...descriptor, name: prometheusName(descriptor.name, unit), unit } };
}
