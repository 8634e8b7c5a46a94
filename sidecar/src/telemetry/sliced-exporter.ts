/**
 * OpenTelemetry's exporter for OTLP, which sends what was collected in several requests, one after the other: none takes long to
 * serialise on the thread that writes slots.
 */
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import type { ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { nextTurn } from '../system-turns.ts';
import { metricBatches } from './metric-slices.ts';

type Done = Parameters<OTLPMetricExporter['export']>[1];
type Outcome = Parameters<Done>[0];

/** Data points of a request: half a millisecond's work or so. */
const pointsOfRequest = 128;

export class SlicedExporter extends OTLPMetricExporter {
  /** Ends with the first request that fails. */
  override export(metrics: ResourceMetrics, done: Done): void {
    void this.#exportAll(metrics).then(done);
  }

  async #exportAll(metrics: ResourceMetrics): Promise<Outcome> {
    let outcome: Outcome = { code: 0 };
    for (const batch of metricBatches(metrics, pointsOfRequest)) {
      outcome = await new Promise<Outcome>((resolve) => super.export(batch, resolve));
      if (outcome.code !== 0) break;
      await nextTurn();
    }
    return outcome;
  }
}
