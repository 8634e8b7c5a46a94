/**
 * The instruments of the sidecar: what happens per connection is recorded when it happens, what happens per frame is read
 * from the tunnels' meters when metrics are collected. No attribute names a device.
 */
import type { Attributes, BatchObservableResult, Meter, MeterProvider, Observable } from '@opentelemetry/api';
import { type AdmissionRefusal, admissionRefusals } from '../admission/admission.ts';
import type { HandshakeOutcome } from '../listener/listener.ts';
import { type InstrumentName, instruments, noPolicy } from './instrument-table.ts';
import type { MeteredPolicy } from './lateness-producer.ts';

export interface MetricSources {
  /** Every policy that was in force since the start: counters do not vanish. */
  readonly policies: () => Iterable<MeteredPolicy>;
  /** Policies in force with their versions. */
  readonly generations: () => Iterable<{ readonly name: string; readonly generation: number }>;
  /** When the server certificate expires, ms since 1970. */
  readonly certificateExpiresAt: () => number;
  /** ms since 1970. */
  readonly wallNow: () => number;
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
    observeMeters(meter, sources);
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

function observeMeters(meter: Meter, sources: MetricSources): void {
  const bytes = meter.createObservableCounter('quietwire.network.io', options('quietwire.network.io'));
  const frames = meter.createObservableCounter('quietwire.frame.count', options('quietwire.frame.count'));
  const slots = meter.createObservableCounter('quietwire.slot.count', options('quietwire.slot.count'));
  const periods = meter.createObservableCounter('quietwire.period.count', options('quietwire.period.count'));
  const generation = meter.createObservableGauge('quietwire.policy.generation', options('quietwire.policy.generation'));
  const expiry = meter.createObservableGauge('quietwire.certificate.expiry', options('quietwire.certificate.expiry'));
  const observables: Observable[] = [bytes, frames, slots, periods, generation, expiry];

  meter.addBatchObservableCallback((result: BatchObservableResult) => {
    for (const { name, meter: counted } of sources.policies()) {
      const observe = (instrument: Observable, value: number, attributes: Attributes): void =>
        result.observe(instrument, value, { 'quietwire.policy': name, ...attributes });
      for (const sent of [true, false]) {
        const direction = { 'network.io.direction': sent ? 'transmit' : 'receive' };
        const inPeriods = sent ? counted.framesSentPeriod : counted.framesReceivedPeriod;
        const inBackground = sent ? counted.framesSentBackground : counted.framesReceivedBackground;
        observe(bytes, sent ? counted.bytesSent : counted.bytesReceived, direction);
        observe(frames, inPeriods, { ...direction, 'quietwire.frame.phase': 'period' });
        observe(frames, inBackground, { ...direction, 'quietwire.frame.phase': 'background' });
      }
      observe(slots, counted.slotsSent, { 'quietwire.slot.outcome': 'sent' });
      observe(slots, counted.slotsSkipped, { 'quietwire.slot.outcome': 'skipped' });
      observe(periods, counted.periodsDevice, { 'quietwire.period.initiator': 'device' });
      observe(periods, counted.periodsCloud, { 'quietwire.period.initiator': 'cloud' });
    }
    for (const policy of sources.generations()) {
      result.observe(generation, policy.generation, { 'quietwire.policy': policy.name });
    }
    const left = (sources.certificateExpiresAt() - sources.wallNow()) / 1000;
    result.observe(expiry, left, { 'quietwire.policy': noPolicy, 'quietwire.certificate.role': 'server' });
  }, observables);
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
