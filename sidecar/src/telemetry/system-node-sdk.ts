/**
 * OpenTelemetry's NodeSDK for the running process. Every signal that is not metrics is switched off by an empty list, since
 * an unset one would go to a collector at localhost:4318.
 */
import { metrics } from '@opentelemetry/api';
import { defaultResource, envDetector, serviceInstanceIdDetector } from '@opentelemetry/resources';
import { NodeSDK } from '@opentelemetry/sdk-node';
import type { StartMetricsSdk } from './telemetry.ts';

/**
 * Starts the SDK and its global meter provider: once per process. The resource is ours, then what
 * `OTEL_RESOURCE_ATTRIBUTES` and `OTEL_SERVICE_NAME` say (the operator's injector sets them); no detector that would
 * publish the command line.
 */
export const nodeMetricsSdk: StartMetricsSdk = (readers, resource) => {
  const sdk = new NodeSDK({
    metricReaders: readers,
    spanProcessors: [],
    logRecordProcessors: [],
    instrumentations: [],
    textMapPropagator: null,
    resource: defaultResource().merge(resource),
    resourceDetectors: [serviceInstanceIdDetector, envDetector],
  });
  sdk.start();
  return { provider: metrics.getMeterProvider(), shutdown: () => sdk.shutdown() };
};
