/**
 * Every instrument of the sidecar: the live part of contract.md section 7. The slow series (payload, cover, activity) move
 * with what people do and are not published at all before they can be published once an hour (invariant 14).
 */

export type InstrumentKind = 'counter' | 'up-down' | 'gauge' | 'histogram';

export interface InstrumentEntry {
  readonly kind: InstrumentKind;
  /** UCUM, as OpenTelemetry writes it. */
  readonly unit: string;
  readonly description: string;
  readonly attributes: readonly string[];
}

const policy = 'quietwire.policy';
const direction = 'network.io.direction';

export const instruments = {
  'quietwire.network.io': {
    kind: 'counter',
    unit: 'By',
    description: 'Frame bytes inside TLS, by direction',
    attributes: [policy, direction],
  },
  'quietwire.frame.count': {
    kind: 'counter',
    unit: '{frame}',
    description: 'Frames, by direction and by whether they belong to a period or to the background',
    attributes: [policy, direction, 'quietwire.frame.phase'],
  },
  'quietwire.slot.count': {
    kind: 'counter',
    unit: '{slot}',
    description: 'Slots that sent their frame, and slots skipped because the previous frame had not left the process',
    attributes: [policy, 'quietwire.slot.outcome'],
  },
  'quietwire.slot.lateness': {
    kind: 'histogram',
    unit: 's',
    description: 'From the deadline of a slot to the write of its frame',
    attributes: [policy],
  },
  'quietwire.period.count': {
    kind: 'counter',
    unit: '{period}',
    description: 'Periods begun, by the end that showed its frames first',
    attributes: [policy, 'quietwire.period.initiator'],
  },
  'quietwire.tunnel.active': {
    kind: 'up-down',
    unit: '{tunnel}',
    description: 'Tunnels that stand',
    attributes: [policy, 'tls.protocol.version'],
  },
  'quietwire.tunnel.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'How long tunnels stood, counted when they end',
    attributes: [policy, 'tls.protocol.version'],
  },
  'quietwire.tls.handshake.duration': {
    kind: 'histogram',
    unit: 's',
    description: 'TLS handshakes, from admission to their end',
    attributes: [policy, 'error.type', 'tls.protocol.version', 'tls.resumed'],
  },
  'quietwire.authentication.count': {
    kind: 'counter',
    unit: '{attempt}',
    description:
      'Devices let in, by the key of their proof, and attempts that failed, by their reason: a wrong proof is one of several',
    attributes: [policy, 'quietwire.key.slot', 'error.type'],
  },
  'quietwire.admission.refused': {
    kind: 'counter',
    unit: '{connection}',
    description: 'Connections turned away before authentication',
    attributes: [policy, 'error.type'],
  },
  'quietwire.policy.generation': {
    kind: 'gauge',
    unit: '',
    description: 'Version of the policy in force: 1 at the start, one more for each change',
    attributes: [policy],
  },
  'quietwire.certificate.expiry': {
    kind: 'gauge',
    unit: 's',
    description: 'Time until the certificate expires; negative afterwards',
    attributes: [policy, 'quietwire.certificate.role'],
  },
  'nodejs.eventloop.delay.p50': {
    kind: 'gauge',
    unit: 's',
    description: 'Event loop delay, median, beyond the distance of the samples',
    attributes: [],
  },
  'nodejs.eventloop.delay.p99': {
    kind: 'gauge',
    unit: 's',
    description: 'Event loop delay, 99th percentile, beyond the distance of the samples',
    attributes: [],
  },
  'nodejs.eventloop.delay.max': {
    kind: 'gauge',
    unit: 's',
    description: 'Event loop delay, maximum, beyond the distance of the samples',
    attributes: [],
  },
  'nodejs.eventloop.utilization': {
    kind: 'gauge',
    unit: '1',
    description: 'Share of time in which the event loop was not idle',
    attributes: [],
  },
  'v8js.memory.heap.used': {
    kind: 'up-down',
    unit: 'By',
    description: 'Heap memory in use, by space',
    attributes: ['v8js.heap.space.name'],
  },
  'process.memory.usage': {
    kind: 'up-down',
    unit: 'By',
    description: 'Physical memory in use',
    attributes: [],
  },
} as const satisfies Record<string, InstrumentEntry>;

export type InstrumentName = keyof typeof instruments;

/**
 * `quietwire.policy` of what happens before the policy is known (handshakes, refusals, the certificate, failed proofs):
 * policies are named `namespace/name`, so none can be called this.
 */
export const noPolicy = 'none';
