// The live instruments of the sidecar as users graph them, written out from the contract so that a change shows: the name that
// code and OTLP use, the name in Prometheus, its kind, unit and attributes.

export interface ContractInstrument {
  readonly name: string;
  readonly prometheus: string;
  readonly kind: 'sum' | 'gauge' | 'histogram';
  readonly unit: string;
  /** Labels that its series may have, as Prometheus writes them. */
  readonly labels: readonly string[];
}

const policy = 'quietwire_policy';
const direction = 'network_io_direction';
const tls = 'tls_protocol_version';

export const contractInstruments: readonly ContractInstrument[] = [
  row('quietwire.network.io', 'quietwire_network_io_bytes_total', 'sum', 'By', [policy, direction]),
  row('quietwire.frame.count', 'quietwire_frame_count_total', 'sum', '{frame}', [
    policy,
    direction,
    'quietwire_frame_phase',
  ]),
  row('quietwire.slot.count', 'quietwire_slot_count_total', 'sum', '{slot}', [policy, 'quietwire_slot_outcome']),
  row('quietwire.slot.lateness', 'quietwire_slot_lateness_seconds', 'histogram', 's', [policy]),
  row('quietwire.period.count', 'quietwire_period_count_total', 'sum', '{period}', [
    policy,
    'quietwire_period_initiator',
  ]),
  row('quietwire.tunnel.active', 'quietwire_tunnel_active', 'sum', '{tunnel}', [policy, tls]),
  row('quietwire.tunnel.duration', 'quietwire_tunnel_duration_seconds', 'histogram', 's', [policy, tls]),
  row('quietwire.tls.handshake.duration', 'quietwire_tls_handshake_duration_seconds', 'histogram', 's', [
    policy,
    'error_type',
    tls,
    'tls_resumed',
  ]),
  row('quietwire.authentication.count', 'quietwire_authentication_count_total', 'sum', '{attempt}', [
    policy,
    'quietwire_key_slot',
    'error_type',
  ]),
  row('quietwire.admission.refused', 'quietwire_admission_refused_total', 'sum', '{connection}', [
    policy,
    'error_type',
  ]),
  row('quietwire.policy.generation', 'quietwire_policy_generation', 'gauge', '', [policy]),
  row('quietwire.certificate.expiry', 'quietwire_certificate_expiry_seconds', 'gauge', 's', [
    policy,
    'quietwire_certificate_role',
  ]),
  row('nodejs.eventloop.delay.p50', 'nodejs_eventloop_delay_p50_seconds', 'gauge', 's', []),
  row('nodejs.eventloop.delay.p99', 'nodejs_eventloop_delay_p99_seconds', 'gauge', 's', []),
  row('nodejs.eventloop.delay.max', 'nodejs_eventloop_delay_max_seconds', 'gauge', 's', []),
  row('nodejs.eventloop.utilization', 'nodejs_eventloop_utilization_ratio', 'gauge', '1', []),
  row('v8js.memory.heap.used', 'v8js_memory_heap_used_bytes', 'sum', 'By', ['v8js_heap_space_name']),
  row('process.memory.usage', 'process_memory_usage_bytes', 'sum', 'By', []),
];

/** Names of the series that Prometheus stores for an instrument. */
export function seriesNames({ prometheus, kind }: ContractInstrument): string[] {
  return kind === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => prometheus + suffix) : [prometheus];
}

function row(
  name: string,
  prometheus: string,
  kind: ContractInstrument['kind'],
  unit: string,
  labels: readonly string[],
): ContractInstrument {
  return { name, prometheus, kind, unit, labels };
}
