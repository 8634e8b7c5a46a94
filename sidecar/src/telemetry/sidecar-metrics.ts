/**
 * The instruments of the sidecar: what happens per connection is recorded when it happens. What happens per frame the
 * tunnels count themselves (`policy-producer.ts`). No attribute names a device.
 */
import type { Attributes, Meter, MeterProvider } from '@opentelemetry/api';
import { type AdmissionRefusal, admissionRefusals } from '../admission/admission.ts';
import type { HandshakeOutcome } from '../listener/listener.ts';
import { type InstrumentName, instruments, noPolicy } from './instrument-table.ts';
import type { PolicySources } from './policy-producer.ts';

export interface MetricSources extends PolicySources {
  /** When the server certificate expires, ms since 1970. */
  readonly certificateExpiresAt: () => number;
}

export type KeySlot = 'primary' | 'secondary' | 'certificate';

const handshakeBounds = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const durationBounds = [1, 10, 60, 300, 900, 3600, 4 * 3600, 12 * 3600, 86_400, 3 * 86_400, 7 * 86_400, 30 * 86_400];

export class SidecarMetrics {
  readonly #handshakes;
  readonly #refused;
  readonly #authentications;
  readonly #tunnels;
  readonly #durations;

  constructor(provider: MeterProvider, sources: MetricSources) {
    const meter = provider.getMeter('quietwire');
    this.#handshakes = histogram(meter, 'quietwire.tls.handshake.duration', handshakeBounds);
    this.#durations = histogram(meter, 'quietwire.tunnel.duration', durationBounds);
    this.#refused = meter.createCounter('quietwire.admission.refused', options('quietwire.admission.refused'));
    this.#authentications = meter.createCounter(
      'quietwire.authentication.count',
      options('quietwire.authentication.count'),
    );
    this.#tunnels = meter.createUpDownCounter('quietwire.tunnel.active', options('quietwire.tunnel.active'));
    observeCertificate(meter, sources);
    // A counter that appears with its first event hides that event from rate().
    for (const reason of admissionRefusals)
      this.#refused.add(0, { 'quietwire.policy': noPolicy, 'error.type': reason });
  }

  /** A policy came into force: its counters begin at 0. */
  policyLoaded(policy: string): void {
    for (const slot of ['primary', 'secondary']) {
      this.#authentications.add(0, { 'quietwire.policy': policy, 'quietwire.key.slot': slot });
    }
  }

  handshake(outcome: Omit<HandshakeOutcome, 'source'>): void {
    this.#handshakes.record(outcome.seconds, {
      'quietwire.policy': noPolicy,
      ...(outcome.error === undefined ? {} : { 'error.type': outcome.error }),
      ...(outcome.protocol === undefined ? {} : { 'tls.protocol.version': protocolVersion(outcome.protocol) }),
      ...(outcome.resumed === undefined ? {} : { 'tls.resumed': outcome.resumed }),
    });
  }

  refused(reason: AdmissionRefusal): void {
    this.#refused.add(1, { 'quietwire.policy': noPolicy, 'error.type': reason });
  }

  authenticated(policy: string, slot: KeySlot): void {
    this.#authentications.add(1, { 'quietwire.policy': policy, 'quietwire.key.slot': slot });
  }

  /** @param error a code of the proto package, or another that no peer can choose. */
  authenticationFailed(policy: string | undefined, error: string): void {
    this.#authentications.add(1, { 'quietwire.policy': policy ?? noPolicy, 'error.type': error.toLowerCase() });
  }

  tunnelOpened(policy: string, tlsProtocol: string): void {
    this.#tunnels.add(1, tunnelAttributes(policy, tlsProtocol));
  }

  tunnelClosed(policy: string, tlsProtocol: string, seconds: number): void {
    this.#tunnels.add(-1, tunnelAttributes(policy, tlsProtocol));
    this.#durations.record(seconds, tunnelAttributes(policy, tlsProtocol));
  }
}

function observeCertificate(meter: Meter, { certificateExpiresAt, wallNow }: MetricSources): void {
  const expiry = meter.createObservableGauge('quietwire.certificate.expiry', options('quietwire.certificate.expiry'));
  expiry.addCallback((result) => {
    const left = (certificateExpiresAt() - wallNow()) / 1000;
    result.observe(left, { 'quietwire.policy': noPolicy, 'quietwire.certificate.role': 'server' });
  });
}

function options(name: InstrumentName): { description: string; unit: string } {
  const { description, unit } = instruments[name];
  return { description, unit };
}

function histogram(
  meter: Meter,
  name: InstrumentName,
  explicitBucketBoundaries: number[],
): ReturnType<Meter['createHistogram']> {
  return meter.createHistogram(name, { ...options(name), advice: { explicitBucketBoundaries } });
}

function tunnelAttributes(policy: string, tlsProtocol: string): Attributes {
  return { 'quietwire.policy': policy, 'tls.protocol.version': protocolVersion(tlsProtocol) };
}

/** `TLSv1.3` as the conventions write it: `1.3`. */
function protocolVersion(tlsProtocol: string): string {
  return tlsProtocol.replace(/^TLSv/, '');
}
