// A receiver of metrics by OTLP over HTTP in binary protobuf, as a collector is one: decodes every push by OpenTelemetry's own
// message definitions.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';
import type { Workplace } from '../rig/workplace.ts';

export interface OtlpPoint {
  readonly attributes: Readonly<Record<string, string>>;
  /** Of a number; a histogram's sum. */
  readonly value: number;
  /** Of a histogram. */
  readonly count?: number;
  readonly buckets?: number;
}

export interface OtlpMetric {
  readonly name: string;
  readonly unit: string;
  readonly kind: 'sum' | 'gauge' | 'histogram';
  readonly cumulative: boolean;
  readonly points: readonly OtlpPoint[];
}

export interface OtlpPush {
  readonly path: string;
  readonly contentType: string;
  readonly resource: Readonly<Record<string, string>>;
  readonly metrics: readonly OtlpMetric[];
}

export interface OtlpReceiver {
  readonly port: number;
  readonly pushes: readonly OtlpPush[];
}

interface WireAttribute {
  key: string;
  value: Record<string, unknown>;
}
interface WirePoint {
  attributes: WireAttribute[];
  asDouble?: number;
  asInt?: string;
  sum?: number;
  count?: string;
  bucketCounts?: string[];
}
interface WireData {
  dataPoints: WirePoint[];
  aggregationTemporality?: string;
}
interface WireMetric {
  name: string;
  unit?: string;
  gauge?: WireData;
  sum?: WireData;
  histogram?: WireData;
}
interface WireRequest {
  resourceMetrics: { resource: { attributes: WireAttribute[] }; scopeMetrics: { metrics: WireMetric[] }[] }[];
}

const definitions = fileURLToPath(new URL('./otlp-metrics.proto', import.meta.url));

export async function startOtlpReceiver(place: Workplace): Promise<OtlpReceiver> {
  const type = (await protobuf.load(definitions)).lookupType('opentelemetry.proto.ExportMetricsServiceRequest');
  const pushes: OtlpPush[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const decoded = type.toObject(type.decode(Buffer.concat(chunks)), { longs: String, enums: String, arrays: true });
    const { resourceMetrics } = decoded as WireRequest;
    pushes.push({
      path: request.url ?? '',
      contentType: request.headers['content-type'] ?? '',
      resource: attributesOf(resourceMetrics.flatMap(({ resource }) => resource.attributes)),
      metrics: resourceMetrics.flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap(({ metrics }) => metrics.map(metricOf)),
      ),
    });
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  place.onClose(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, pushes };
}

function metricOf({ name, unit = '', gauge, sum, histogram }: WireMetric): OtlpMetric {
  const kind = gauge ? 'gauge' : sum ? 'sum' : 'histogram';
  const data = gauge ?? sum ?? histogram;
  const cumulative = data?.aggregationTemporality === 'AGGREGATION_TEMPORALITY_CUMULATIVE';
  return { name, unit, kind, cumulative, points: (data?.dataPoints ?? []).map(pointOf) };
}

function pointOf({ attributes, asDouble, asInt, sum, count, bucketCounts }: WirePoint): OtlpPoint {
  const point = {
    attributes: attributesOf(attributes),
    value: asDouble ?? (asInt === undefined ? (sum ?? 0) : Number(asInt)),
  };
  return count === undefined ? point : { ...point, count: Number(count), buckets: bucketCounts?.length ?? 0 };
}

function attributesOf(attributes: readonly WireAttribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}
