import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { TunnelMeter } from '@quietwire/tunnel';
import { type InstrumentName, instruments } from '../../src/telemetry/instrument-table.ts';
import { plainMetricsSdk, startTelemetry, type Telemetry } from '../../src/telemetry/telemetry.ts';

/** Names and kinds as contract.md section 7 gives them, written out so that a change shows. */
const prometheusNames: Record<InstrumentName, readonly [name: string, type: string]> = {
  'quietwire.network.io': ['quietwire_network_io_bytes_total', 'counter'],
  'quietwire.frame.count': ['quietwire_frame_count_total', 'counter'],
  'quietwire.slot.count': ['quietwire_slot_count_total', 'counter'],
  'quietwire.slot.lateness': ['quietwire_slot_lateness_seconds', 'histogram'],
  'quietwire.period.count': ['quietwire_period_count_total', 'counter'],
  'quietwire.tunnel.active': ['quietwire_tunnel_active', 'gauge'],
  'quietwire.tunnel.duration': ['quietwire_tunnel_duration_seconds', 'histogram'],
  'quietwire.tls.handshake.duration': ['quietwire_tls_handshake_duration_seconds', 'histogram'],
  'quietwire.authentication.count': ['quietwire_authentication_count_total', 'counter'],
  'quietwire.admission.refused': ['quietwire_admission_refused_total', 'counter'],
  'quietwire.policy.generation': ['quietwire_policy_generation', 'gauge'],
  'quietwire.certificate.expiry': ['quietwire_certificate_expiry_seconds', 'gauge'],
  'nodejs.eventloop.delay.p50': ['nodejs_eventloop_delay_p50_seconds', 'gauge'],
  'nodejs.eventloop.delay.p99': ['nodejs_eventloop_delay_p99_seconds', 'gauge'],
  'nodejs.eventloop.delay.max': ['nodejs_eventloop_delay_max_seconds', 'gauge'],
  'nodejs.eventloop.utilization': ['nodejs_eventloop_utilization_ratio', 'gauge'],
  'v8js.memory.heap.used': ['v8js_memory_heap_used_bytes', 'gauge'],
  'process.memory.usage': ['process_memory_usage_bytes', 'gauge'],
};

const nowMs = Date.UTC(2026, 0, 1);
const meter = new TunnelMeter();

function sampleTelemetry(otlp?: { endpoint: string; intervalMs: number }): Telemetry {
  const telemetry = startTelemetry({
    sources: {
      policies: () => [{ name: 'iot/plug', meter }],
      generations: () => [{ name: 'iot/plug', generation: 3 }],
      certificateExpiresAt: () => nowMs + 86_400_000,
      wallNow: () => nowMs,
    },
    version: '1.2.3',
    otlp,
    startSdk: plainMetricsSdk,
  });
  const { metrics } = telemetry;
  metrics.handshake({ seconds: 0.004, protocol: 'TLSv1.3', resumed: false });
  metrics.handshake({ seconds: 0.1, error: 'not_tls' });
  metrics.refused('rate');
  metrics.policyLoaded('iot/plug');
  metrics.authenticated('iot/plug', 'primary');
  metrics.authenticationFailed('iot/plug', 'AUTHENTICATION');
  metrics.authenticationFailed(undefined, 'UNKNOWN_FLEET');
  metrics.tunnelOpened('iot/plug', 'TLSv1.3');
  metrics.tunnelOpened('iot/plug', 'TLSv1.3');
  metrics.tunnelClosed('iot/plug', 'TLSv1.3', 90);
  return telemetry;
}

describe('Metrics', () => {
  let telemetry: Telemetry;
  let text = '';
  let lines: string[] = [];
  const scrape = async (): Promise<string> => await telemetry.metricsText();

  before(async () => {
    meter.bytesSent = 1000;
    meter.bytesReceived = 500;
    meter.framesSentPeriod = 7;
    meter.framesReceivedBackground = 3;
    meter.slotsSent = 10;
    meter.slotsSkipped = 1;
    meter.periodsDevice = 2;
    meter.periodsCloud = 1;
    for (const late of [0.05, 0.3, 0.3, 1, 3000]) meter.recordLateness(late);
    telemetry = sampleTelemetry();
    text = await scrape();
    lines = text.split('\n');
  });
  after(() => telemetry.shutdown());
  const has = (line: string): void => assert.ok(lines.includes(line), `${line}\nmissing in\n${text}`);

  test('have the names and kinds of the contract in Prometheus, and there are no others', () => {
    const expected = Object.values(prometheusNames).map(([name, type]) => `# TYPE ${name} ${type}`);
    const found = lines.filter((line) => line.startsWith('# TYPE ') && !line.includes('target_info'));
    assert.deepEqual(found.toSorted(), expected.toSorted());
  });

  test('carry the attributes of the table and no others', () => {
    for (const [name, [prometheus]] of Object.entries(prometheusNames) as [
      InstrumentName,
      readonly [string, string],
    ][]) {
      const allowed = [...instruments[name].attributes.map((attribute) => attribute.replaceAll('.', '_')), 'le'];
      const samples = lines.filter(
        (line) => line.startsWith(prometheus) && /^\w+_?(bucket|sum|count|total)?[{ ]/.test(line),
      );
      assert.ok(samples.length > 0, name);
      for (const sample of samples) {
        const labels = [...sample.matchAll(/[{,](\w+)="/g)].map((match) => match[1] ?? '');
        for (const label of labels) assert.ok(allowed.includes(label), `${label} in ${sample}`);
        if (name.startsWith('quietwire.')) assert.ok(labels.includes('quietwire_policy'), sample);
      }
    }
  });

  test('are read from the meters of the tunnels', () => {
    has('quietwire_network_io_bytes_total{quietwire_policy="iot/plug",network_io_direction="transmit"} 1000');
    has('quietwire_network_io_bytes_total{quietwire_policy="iot/plug",network_io_direction="receive"} 500');
    has(
      'quietwire_frame_count_total{quietwire_policy="iot/plug",network_io_direction="transmit",quietwire_frame_phase="period"} 7',
    );
    has(
      'quietwire_frame_count_total{quietwire_policy="iot/plug",network_io_direction="receive",quietwire_frame_phase="background"} 3',
    );
    has('quietwire_slot_count_total{quietwire_policy="iot/plug",quietwire_slot_outcome="skipped"} 1');
    has('quietwire_period_count_total{quietwire_policy="iot/plug",quietwire_period_initiator="device"} 2');
  });

  test('show the lateness that the meters counted as a histogram with buckets', () => {
    has('quietwire_slot_lateness_seconds_bucket{quietwire_policy="iot/plug",le="0.0001"} 1');
    has('quietwire_slot_lateness_seconds_bucket{quietwire_policy="iot/plug",le="0.0005"} 3');
    has('quietwire_slot_lateness_seconds_bucket{quietwire_policy="iot/plug",le="0.001"} 4');
    has('quietwire_slot_lateness_seconds_bucket{quietwire_policy="iot/plug",le="+Inf"} 5');
    has('quietwire_slot_lateness_seconds_count{quietwire_policy="iot/plug"} 5');
    const sum = lines.find((line) => line.startsWith('quietwire_slot_lateness_seconds_sum'))?.split(' ')[1];
    assert.ok(Math.abs(Number(sum) - 3.00165) < 1e-9, sum);
  });

  test('count connections, proofs and refusals', () => {
    has('quietwire_tunnel_active{quietwire_policy="iot/plug",tls_protocol_version="1.3"} 1');
    has('quietwire_tunnel_duration_seconds_count{quietwire_policy="iot/plug",tls_protocol_version="1.3"} 1');
    has('quietwire_admission_refused_total{quietwire_policy="none",error_type="rate"} 1');
    has('quietwire_admission_refused_total{quietwire_policy="none",error_type="unshaped"} 0');
    has('quietwire_authentication_count_total{quietwire_policy="iot/plug",quietwire_key_slot="primary"} 1');
    has('quietwire_authentication_count_total{quietwire_policy="iot/plug",quietwire_key_slot="secondary"} 0');
    has('quietwire_authentication_count_total{quietwire_policy="iot/plug",error_type="authentication"} 1');
    has('quietwire_authentication_count_total{quietwire_policy="none",error_type="unknown_fleet"} 1');
    has('quietwire_policy_generation{quietwire_policy="iot/plug"} 3');
    has('quietwire_certificate_expiry_seconds{quietwire_policy="none",quietwire_certificate_role="server"} 86400');
    assert.ok(
      lines.some((line) => /^quietwire_tls_handshake_duration_seconds_count\{.*error_type="not_tls".*\} 1$/.test(line)),
    );
  });

  test('tell the service and its version, and not the command line', () => {
    const target = lines.find((line) => line.startsWith('target_info{')) ?? '';
    assert.match(target, /service_name="quietwire-sidecar"/);
    assert.match(target, /service_version="1\.2\.3"/);
    assert.doesNotMatch(target, /process_|host_|command/);
  });

  test('go to a collector by OTLP under the same names, the lateness with its buckets', async () => {
    const bodies: Buffer[] = [];
    const paths: (string | undefined)[] = [];
    const collector = createServer(async (request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      paths.push(request.url);
      bodies.push(Buffer.concat(chunks));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
    collector.listen(0, '127.0.0.1');
    await new Promise((resolve) => collector.once('listening', resolve));
    const { port } = collector.address() as AddressInfo;
    const pushed = sampleTelemetry({ endpoint: `http://127.0.0.1:${port}`, intervalMs: 60_000 });
    await pushed.shutdown();
    collector.close();
    assert.deepEqual(paths, ['/v1/metrics']);
    const body = Buffer.concat(bodies).toString('latin1');
    for (const name of Object.keys(instruments)) assert.ok(body.includes(name), name);
    assert.ok(body.includes('iot/plug'));
  });

  const promtool = spawnSync('promtool', ['--version']).error === undefined;
  test('pass promtool', { skip: promtool ? false : 'no promtool on this machine' }, () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
    // It advises against names that the conventions ask for (a "count" that is no histogram's); it must parse them all.
    assert.ok(status === 0 || status === 3, `${status} ${stdout} ${stderr}`);
    const complaints = `${stdout}${stderr}`.split('\n').filter((line) => line !== '');
    assert.deepEqual(
      complaints.filter((line) => !line.includes('"_count" suffix')),
      [],
    );
  });
});
