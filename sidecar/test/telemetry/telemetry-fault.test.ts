import assert from 'node:assert/strict';
import { test } from 'node:test';
import { telemetryFault } from '../../src/telemetry/telemetry-fault.ts';

test('An exception of the exporter is told without its stack', () => {
  const stack = 'Error: connect ECONNREFUSED\n    at TCPConnectWrap.afterConnect (node:net:1637:16)';
  const exception = JSON.stringify({
    stack,
    message: 'connect ECONNREFUSED',
    name: 'OTLPExporterError',
    code: 'ECONNREFUSED',
  });
  assert.equal(telemetryFault(exception), 'OTLPExporterError: ECONNREFUSED: connect ECONNREFUSED');
  assert.equal(telemetryFault(JSON.stringify({ stack, message: 'out of reach', name: 'Error' })), 'out of reach');
  assert.equal(telemetryFault(stack), 'Error: connect ECONNREFUSED');
  assert.equal(telemetryFault(JSON.stringify({ stack })), 'unknown');
});

test('Other texts stay, on one line of bounded length', () => {
  assert.equal(telemetryFault('the queue\nis full'), 'the queue is full');
  assert.equal(telemetryFault('42'), '42');
  assert.equal(telemetryFault('x'.repeat(10_000)).length, 500);
});
