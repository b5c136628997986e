/** A sign-in with OpenTelemetry on, from the header of a proxy to what a collector gets. */
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { certificate } from '../../packages/hydra-admin/test/admin-api.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import {
  startOtlpReceiver,
  type OtlpReceiver,
  type ReceivedSpan,
} from '../support/otlp-receiver.ts';
import { control } from '../support/page.ts';
import { foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';

// A busy machine takes its time.
jest.setTimeout(60_000);

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const parentId = '00f067aa0ba902b7';
const fromProxy = {
  traceparent: `00-${traceId}-${parentId}-01`,
  tracestate: 'vendor=opaque',
  'X-Request-Id': 'proxy:4711',
};

let stub: AdminStub;
let collector: OtlpReceiver;
beforeAll(async () => {
  [stub, collector] = await Promise.all([startAdminStub(), startOtlpReceiver()]);
});
afterAll(() => Promise.all([stub.close(), collector.close()]));

const startTraced = (env: Record<string, string> = {}) =>
  startApp(stub, {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    TRUST_PROXY: 'loopback',
    LOG_LEVEL: 'debug',
    ...env,
  });

describe('a sign-in with its consent', () => {
  let app: TestApp;
  let spans: ReceivedSpan[];
  const secrets = new Set<string>([foosLogin.password, foo.email, foo.subject, '127.0.0.1:']);

  beforeAll(async () => {
    app = await startTraced({
      OTEL_SERVICE_NAME: 'sign-in',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.instance.id=blue%201',
      OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20sesame',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    const browser = app.browser(fromProxy);
    const challenge = stub.login(newChallenge('login'));
    const page = await browser.get(addressOf('/login', 'login_challenge', challenge));
    await browser.submit(page, { fill: foosLogin });
    const consent = openAt(
      stub,
      screens.find(({ name }) => name === 'consent')!,
    );
    const form = await browser.get(consent.address);
    await browser.submit(form, { press: 'accept' });
    for (const secret of [challenge, consent.challenge, control(page, '_csrf')!.value]) {
      secrets.add(secret);
    }
    await app.close(); // sends what is left
    ({ spans } = collector);
  });

  const named = (name: string) => spans.filter((span) => span.name === name);
  const parentOf = (span: ReceivedSpan) => spans.find(({ spanId }) => spanId === span.parentId);

  test('is one span for each request, below that of the proxy', () => {
    const served = spans.filter(({ kind }) => kind === 'server');
    expect(served.map(({ name }) => name)).toEqual([
      'GET /login',
      'POST /login',
      'GET /consent',
      'POST /consent',
    ]);
    for (const span of served) {
      expect(span).toMatchObject({ traceId, parentId, state: 'vendor=opaque', isError: false });
    }
    expect(served[0]?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.route': '/login',
      'http.response.status_code': 200,
      'url.path': '/login',
      'url.scheme': 'http',
      'server.address': '127.0.0.1',
      'portico.request': 'proxy:4711',
    });
  });

  test('has spans below them for what took the time', () => {
    const [show] = named('GET /login');
    const [submit] = named('POST /login');
    const pairs = [
      ['GET /oauth2/auth/requests/login', show],
      ['render login', show],
      ['identity.verify', submit],
      ['PUT /oauth2/auth/requests/login/accept', submit],
    ] as const;
    for (const [name, parent] of pairs) {
      expect(named(name).map(parentOf)).toContainEqual(parent);
    }
    const [verify] = named('identity.verify');
    for (const name of ['password.wait', 'password.check']) {
      expect(named(name).map(parentOf)).toContainEqual(verify);
    }
  });

  test('goes on to the OAuth2 server, each call with its own span', () => {
    expect(stub.calls.length).toBeGreaterThan(4);
    for (const { operation, headers } of stub.calls) {
      expect(headers).toMatchObject({ 'x-request-id': 'proxy:4711', tracestate: 'vendor=opaque' });
      const [, id, spanId, flags] = /^00-(.{32})-(.{16})-(..)$/.exec(
        String(headers['traceparent']),
      )!;
      expect([id, flags]).toEqual([traceId, '01']);
      const span = spans.find((one) => one.spanId === spanId);
      expect(span).toMatchObject({ kind: 'client', parentId: expect.stringMatching(/./) });
      expect([operation, 'server.detect']).toContainEqual(
        span?.attributes['portico.operation'] === 'server.detect'
          ? 'server.detect'
          : span?.attributes['portico.operation'],
      );
    }
  });

  test('stands in the lines of the log and of the audit trail', () => {
    const lines = app.logs.filter((line) => line['request'] !== undefined);
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(line).toMatchObject({ request: 'proxy:4711', trace: traceId });
    expect(app.audits.map(({ audit }) => audit)).toEqual(['signed_in', 'granted']);
    for (const line of app.audits) {
      expect(line).toMatchObject({ request: 'proxy:4711', trace: traceId });
    }
  });

  test('says who sent it, and how OpenTelemetry wants it to be sent', () => {
    expect(spans[0]?.resource).toMatchObject({
      'service.name': 'sign-in',
      'service.instance.id': 'blue 1',
      'service.version': app.parts.config.writer.version,
      'deployment.environment.name': 'test',
    });
    expect(app.logs[0]).toMatchObject({ service: 'sign-in', instance: 'blue 1' });
    expect(collector.requests[0]).toMatchObject({
      path: '/v1/traces',
      headers: {
        'content-type': 'application/x-protobuf',
        'content-encoding': 'gzip',
        authorization: 'Bearer sesame',
      },
    });
  });

  test('holds no challenge, login, subject, password, token or address', () => {
    const sent = collector.requests.map(({ body }) => body.toString('latin1')).join('\n');
    expect(sent).toContain('GET /login');
    expect([...secrets].filter((secret) => sent.includes(secret))).toEqual([]);
    expect(sent).not.toContain('challenge=');
  });
});

test('a fault of the OAuth2 server marks its span, that of the request, and nothing more', async () => {
  collector.spans.length = 0;
  const app = await startTraced();
  stub.answer('login.get', (_call, res) => res.writeHead(500).end());
  const { address } = openAt(stub, screens[0]!, 'secret');
  expect((await app.browser().get(address)).status).toBe(502);
  stub.usually();
  await app.close();
  const marked = collector.spans.filter(({ isError }) => isError);
  expect(marked).toEqual([
    expect.objectContaining({
      name: 'GET /oauth2/auth/requests/login',
      attributes: expect.objectContaining({
        'http.response.status_code': 500,
        'error.type': 'down',
      }),
    }),
    expect.objectContaining({
      name: 'GET /login',
      attributes: expect.objectContaining({ 'error.type': '502' }),
    }),
  ]);
});

test('who is not trusted begins no trace of ours', async () => {
  collector.spans.length = 0;
  const app = await startTraced({ TRUST_PROXY: 'false' });
  await app.browser(fromProxy).get('/');
  await app.close();
  const [span] = collector.spans.filter(({ kind }) => kind === 'server');
  expect(span).toMatchObject({ name: 'GET /', parentId: '', state: '' });
  expect(span?.traceId).not.toBe(traceId);
  expect(app.logs.find(({ msg }) => msg === 'request')).toMatchObject({ trace: span?.traceId });
});

test('what is not sampled is passed on as such, and not sent', async () => {
  collector.spans.length = 0;
  const app = await startTraced({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' });
  stub.calls.length = 0;
  await app.browser().get(openAt(stub, screens[0]!).address);
  await app.close();
  expect(collector.spans).toEqual([]);
  expect(stub.calls.at(-1)?.headers['traceparent']).toMatch(/^00-[\da-f]{32}-[\da-f]{16}-00$/);
});

test('a collector is trusted by the certificates of its variable, and by no others', async () => {
  const secure = await startOtlpReceiver(certificate);
  const start = (env: Record<string, string>) =>
    startTraced({
      OTEL_EXPORTER_OTLP_ENDPOINT: secure.url,
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
      ...env,
    });
  const file = 'packages/hydra-admin/test/fixtures/tls/cert.pem';
  const trusting = await start({ OTEL_EXPORTER_OTLP_CERTIFICATE: file });
  await trusting.browser().get('/');
  await trusting.close();
  expect(secure.spans.map(({ name }) => name)).toContain('GET /');
  secure.spans.length = 0;
  const wary = await start({});
  await wary.browser().get('/');
  await wary.close();
  expect(secure.spans).toEqual([]);
  expect(wary.logs.map(({ msg }) => msg)).toContain('spans cannot be sent and are lost');
  await secure.close();
});

test('a collector that is away delays nobody, and is told of once', async () => {
  const app = await startTraced({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_EXPORTER_OTLP_TIMEOUT: '50',
    OTEL_BSP_SCHEDULE_DELAY: '10',
    OTEL_BSP_MAX_QUEUE_SIZE: '8',
    OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '4',
  });
  for (let page = 0; page < 20; page += 1) {
    expect((await app.browser().get('/')).status).toBe(200);
  }
  await app.close();
  const told = app.logs.filter(({ msg }) => msg.startsWith('spans cannot be sent'));
  expect(told).toEqual([
    expect.objectContaining({ level: 40, collector: 'http://127.0.0.1:9', reason: 'ECONNREFUSED' }),
  ]);
});
