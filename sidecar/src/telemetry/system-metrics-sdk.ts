/**
 * The SDK of the running process, as operators expect it: a global meter provider, and the part of the `OTEL_` environment that is
 * not the exporter's (docs/telemetry.md). OpenTelemetry's NodeSDK would add gRPC and the SDKs of signals that we do not have.
 */
import { DiagLogLevel, metrics } from '@opentelemetry/api';
import { diagLogLevelFromString, getBooleanFromEnv, getStringFromEnv } from '@opentelemetry/core';
import { defaultResource, detectResources, envDetector, serviceInstanceIdDetector } from '@opentelemetry/resources';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import type { StartMetricsSdk } from './telemetry.ts';

/**
 * Starts the global meter provider: once per process. The resource is ours, then what `OTEL_RESOURCE_ATTRIBUTES` and
 * `OTEL_SERVICE_NAME` say (the operator's injector sets them); no detector that would publish the command line.
 */
export const processMetricsSdk: StartMetricsSdk = (readers, resource) => {
  if (getBooleanFromEnv('OTEL_SDK_DISABLED')) {
    return { provider: metrics.getMeterProvider(), disabled: true, shutdown: async () => {} };
  }
  const detected = detectResources({ detectors: [serviceInstanceIdDetector, envDetector] });
  const provider = new MeterProvider({ readers, resource: defaultResource().merge(resource).merge(detected) });
  metrics.setGlobalMeterProvider(provider);
  return { provider, shutdown: () => provider.shutdown() };
};

/** How much OpenTelemetry says of itself, by `OTEL_LOG_LEVEL`: warnings and errors where nothing is set. */
export function diagnosticsLevel(): DiagLogLevel {
  return diagLogLevelFromString(getStringFromEnv('OTEL_LOG_LEVEL')?.trim()) ?? DiagLogLevel.WARN;
}
