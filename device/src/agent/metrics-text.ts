// The agent's counters as Prometheus text: the instruments of contract.md section 7 that an observer of the wire could count
// himself. What moves with the use of the device is not among them (invariant 14).
import type { TunnelMeter } from '@quietwire/tunnel';

interface Series {
  readonly name: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly values: readonly (readonly [labels: Readonly<Record<string, string>>, value: number])[];
}

export function renderMetrics(meter: TunnelMeter): string {
  return seriesOf(meter).map(render).join('');
}

function seriesOf(meter: TunnelMeter): Series[] {
  const transmit = { network_io_direction: 'transmit' };
  const receive = { network_io_direction: 'receive' };
  const background = { quietwire_frame_phase: 'background' };
  const period = { quietwire_frame_phase: 'period' };
  return [
    {
      name: 'quietwire_network_io_bytes_total',
      kind: 'counter',
      help: 'Frame bytes inside TLS, by direction',
      values: [
        [transmit, meter.bytesSent],
        [receive, meter.bytesReceived],
      ],
    },
    {
      name: 'quietwire_frame_count_total',
      kind: 'counter',
      help: 'Frames, by direction and by whether they belong to a period or to the background',
      values: [
        [{ ...transmit, ...background }, meter.framesSentBackground],
        [{ ...transmit, ...period }, meter.framesSentPeriod],
        [{ ...receive, ...background }, meter.framesReceivedBackground],
        [{ ...receive, ...period }, meter.framesReceivedPeriod],
      ],
    },
    {
      name: 'quietwire_slot_count_total',
      kind: 'counter',
      help: 'Slots that sent their frame, and slots skipped because the previous frame had not left the process',
      values: [
        [{ quietwire_slot_outcome: 'sent' }, meter.slotsSent],
        [{ quietwire_slot_outcome: 'skipped' }, meter.slotsSkipped],
      ],
    },
    {
      name: 'quietwire_period_count_total',
      kind: 'counter',
      help: 'Periods begun, by the end that showed its frames first',
      values: [
        [{ quietwire_period_initiator: 'device' }, meter.periodsDevice],
        [{ quietwire_period_initiator: 'cloud' }, meter.periodsCloud],
      ],
    },
    {
      name: 'quietwire_tunnel_active',
      kind: 'gauge',
      help: 'Tunnels that stand',
      values: [[{}, meter.tunnelsActive]],
    },
  ];
}

function render({ name, kind, help, values }: Series): string {
  const lines = values.map(([labels, value]) => {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
    return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
  });
  return `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${lines.join('')}`;
}
