/** A collector of OpenTelemetry: takes spans by OTLP over HTTP, in protobuf, and keeps them. */
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

export interface ReceivedSpan {
  traceId: string;
  spanId: string;
  /** Empty for the first of a trace. */
  parentId: string;
  name: string;
  kind: 'internal' | 'server' | 'client';
  state: string;
  attributes: Record<string, unknown>;
  isError: boolean;
  resource: Record<string, unknown>;
}

export interface OtlpReceiver {
  url: string;
  spans: ReceivedSpan[];
  requests: { path: string | undefined; headers: IncomingHttpHeaders; body: Buffer }[];
  close(): Promise<void>;
}

/** @param tls for https: its key and certificate */
export async function startOtlpReceiver(tls?: ServerOptions): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const requests: OtlpReceiver['requests'] = [];
  const take: RequestListener = (req, res) => {
    void buffer(req).then((sent) => {
      const body = req.headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent;
      requests.push({ path: req.url, headers: req.headers, body });
      spans.push(...spansIn(body));
      res.writeHead(200, { 'Content-Type': 'application/x-protobuf' }).end();
    });
  };
  const server = tls ? createTlsServer(tls, take) : createServer(take);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    spans,
    requests,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** A message of protobuf by the numbers of its fields. */
type Message = Map<number, (bigint | Buffer)[]>;

const kinds = { 1: 'internal', 2: 'server', 3: 'client' } as const;
const errorStatus = 2n;

/** By the numbers in opentelemetry-proto: `trace_service.proto`, `trace.proto`, `common.proto`. */
function spansIn(body: Buffer): ReceivedSpan[] {
  return messages(read(body), 1).flatMap((ofResource) => {
    const resource = attributesIn(message(ofResource, 1), 1);
    return messages(ofResource, 2).flatMap((ofScope) =>
      messages(ofScope, 2).map((span) => ({
        traceId: bytes(span, 1).toString('hex'),
        spanId: bytes(span, 2).toString('hex'),
        state: bytes(span, 3).toString(),
        parentId: bytes(span, 4).toString('hex'),
        name: bytes(span, 5).toString(),
        kind: kinds[Number(number(span, 6)) as keyof typeof kinds],
        attributes: attributesIn(span, 9),
        isError: number(message(span, 15), 3) === errorStatus,
        resource,
      })),
    );
  });
}

function attributesIn(owner: Message, field: number): Record<string, unknown> {
  return Object.fromEntries(
    messages(owner, field).map((pair) => [bytes(pair, 1).toString(), valueIn(message(pair, 2))]),
  );
}

function valueIn(value: Message): unknown {
  if (value.has(1)) return bytes(value, 1).toString();
  if (value.has(2)) return number(value, 2) === 1n;
  if (value.has(3)) return Number(BigInt.asIntN(64, number(value, 3)));
  if (value.has(4)) return Buffer.from(BigUint64Array.of(number(value, 4)).buffer).readDoubleLE();
  return undefined;
}

function read(body: Buffer): Message {
  const found: Message = new Map();
  let at = 0;
  function varint(): bigint {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = body[at++]!;
      result |= BigInt(byte & 127) << shift;
      if (byte < 128) return result;
    }
  }
  function take(length: number): Buffer {
    at += length;
    return body.subarray(at - length, at);
  }
  while (at < body.length) {
    const tag = varint();
    const wire = Number(tag & 7n);
    const value =
      wire === 0
        ? varint()
        : wire === 1
          ? take(8).readBigUInt64LE()
          : wire === 5
            ? BigInt(take(4).readUInt32LE())
            : take(Number(varint()));
    found.set(Number(tag >> 3n), [...(found.get(Number(tag >> 3n)) ?? []), value]);
  }
  return found;
}

const messages = (owner: Message, field: number): Message[] =>
  (owner.get(field) ?? []).map((value) => read(value as Buffer));
const message = (owner: Message, field: number): Message => messages(owner, field)[0] ?? new Map();
const bytes = (owner: Message, field: number): Buffer =>
  (owner.get(field)?.[0] as Buffer | undefined) ?? Buffer.alloc(0);
const number = (owner: Message, field: number): bigint =>
  (owner.get(field)?.[0] as bigint | undefined) ?? 0n;
