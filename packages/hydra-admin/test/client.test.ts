import { afterAll, describe, expect, test } from '@jest/globals';
import { createHydra } from '../src/client.ts';
import type { HydraCall, HydraConfig } from '../src/hydra-config.ts';
import { HydraError } from '../src/hydra-error.ts';
import {
  certificate,
  closeAll,
  configFor,
  exchange,
  exchangesOf,
  json,
  likeServer,
  startAdminApi,
  transports,
  versions,
  type Exchange,
} from './admin-api.ts';
import { anAnswer, operations } from './operations.ts';

afterAll(closeAll);

const publicUrl = 'https://auth.example.org';

/** The result that the exchange must have. */
function outcomeOf({ operation, response, means }: Exchange): unknown {
  const { body = {}, status } = response;
  const target = body['redirect_to'];
  const redirectTo = typeof target === 'string' ? new URL(target, publicUrl).href : undefined;
  if (means === 'undefined') return undefined;
  if (means) return { kind: means, status, redirectTo };
  if (operation === 'server.version') return body['version'];
  return operation.endsWith('.get') ? body : redirectTo;
}

async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof HydraError)) throw error;
    const { kind, status, redirectTo } = error;
    return { kind, status, redirectTo };
  }
}

describe.each(transports)('the client, sending by %s', (transport) => {
  describe.each(versions)('to a server like %s', (version) => {
    const spoken = exchangesOf(version).filter(({ operation }) => operation in operations);

    test.each(spoken.map((one) => [one.operation, one.title, one] as const))(
      '%s: %s',
      async (_operation, _title, { operation, challenge, request, ...one }) => {
        const api = await startAdminApi(likeServer(version));
        const hydra = createHydra(configFor(api, { transport, publicUrl }));
        const answer = one.answer ?? request.body;
        const given = {
          ...(challenge && { challenge }),
          ...(answer && { answer }),
          ...(request.body?.user_code && { userCode: request.body.user_code }),
        };
        const result = await outcome(operations[operation]!(hydra, given));
        expect(result).toEqual(outcomeOf({ operation, request, ...one }));
        const last = api.heard.at(-1)!;
        expect([last.method, last.path]).toEqual([request.method, request.path]);
        if (challenge) {
          const parameter = `${operation.split('.')[0]}_challenge`;
          expect([...last.query]).toEqual([[parameter, challenge]]);
        }
        if (request.body) expect(JSON.parse(last.body)).toEqual(request.body);
        await hydra.close();
      },
    );
  });

  test.each(versions)('finds a server like %s alive and ready', async (version) => {
    const api = await startAdminApi(likeServer(version));
    const hydra = createHydra(configFor(api, { transport }));
    expect([await hydra.server.alive(), await hydra.server.ready()]).toEqual([true, true]);
    expect(api.heard.map(({ path }) => path)).toEqual(['/health/alive', '/health/ready']);
    await hydra.close();
  });

  async function start(more: Partial<HydraConfig> = {}) {
    const api = await startAdminApi(likeServer('v26'));
    const calls: HydraCall[] = [];
    const config = configFor(api, { transport, ...more });
    return { api, calls, hydra: createHydra(config, (call) => calls.push(call)) };
  }

  test('sends the token, the headers and X-Forwarded-Proto with every call, also for the version', async () => {
    const { api, hydra } = await start({
      token: 'a-token',
      headers: { 'X-Tenant': 'blue', Authorization: 'Basic other' },
      isTlsTerminationMocked: true,
    });
    const { challenge = '', request } = exchange('v26', 'accept login, open');
    await hydra.login.get(challenge);
    await hydra.login.accept(challenge, request.body ?? anAnswer);
    await hydra.server.ready();
    expect(api.heard.map(({ path }) => path.split('/').at(-1))).toEqual([
      'version',
      'login',
      'accept',
      'ready',
    ]);
    for (const { headers } of api.heard) {
      expect(headers).toMatchObject({
        accept: 'application/json',
        authorization: 'Bearer a-token',
        'x-forwarded-proto': 'https',
        'x-tenant': 'blue',
      });
    }
    expect(api.heard[2]?.headers['content-type']).toBe('application/json');
    await hydra.close();
  });

  test('sends headers of the moment, and runs the work of a call inside of what is put around', async () => {
    let moment = 0;
    const around: string[] = [];
    const { api, hydra } = await start({
      headers: { 'X-Trace': 'of the settings', 'X-Tenant': 'blue' },
      headersNow: () => ((moment += 1) === 1 ? undefined : { 'x-trace': `${moment}` }),
      async around({ operation, method, path }, outcome, work) {
        try {
          return await work();
        } finally {
          around.push(`${operation} ${method} ${path} ${outcome.status} ${outcome.kind}`);
        }
      },
    });
    const { challenge = '', request } = exchange('v26', 'accept login, open');
    await hydra.login.get(challenge);
    await hydra.login.accept(challenge, request.body ?? anAnswer);
    await expect(hydra.clients.get('nobody')).rejects.toMatchObject({ status: 404 });
    const traces = api.heard.map(({ headers }) => headers['x-trace']);
    expect(traces.slice(0, 4)).toEqual(['of the settings', '2', '3', '4']);
    expect(api.heard.every(({ headers }) => headers['x-tenant'] === 'blue')).toBe(true);
    expect(around.at(-1)).toMatch(/^clients\.get GET \/clients 404 /);
    expect(around.slice(0, 3)).toEqual([
      'server.detect GET  200 undefined',
      'login.get GET /oauth2/auth/requests/login 200 undefined',
      'login.accept PUT /oauth2/auth/requests/login/accept 200 undefined',
    ]);
    await hydra.close();
  });

  test('follows no redirect to another server', async () => {
    const stranger = await startAdminApi((_, res) => json(res, { challenge: 'c' }));
    const api = await startAdminApi(({ path }, res) => {
      if (path === '/version') return json(res, { version: 'v26.2.0' });
      res.writeHead(302, { location: `${stranger.url}/admin/` }).end();
    });
    const hydra = createHydra(configFor(api, { transport, token: 'a-token' }));
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'nonsense', status: 302 });
    await expect(hydra.logout.accept('c')).rejects.toMatchObject({ kind: 'nonsense' });
    expect(stranger.heard).toEqual([]);
    await hydra.close();
  });

  test('keeps the path of the admin address in every call', async () => {
    const api = await startAdminApi(likeServer('v26'));
    const hydra = createHydra(configFor({ url: `${api.url}/gate/keeper/` }, { transport }));
    await outcome(hydra.login.get('c'));
    await hydra.server.alive();
    expect(api.heard.length).toBeGreaterThan(2);
    for (const { path } of api.heard) expect(path).toMatch(/^\/gate\/keeper\/[a-z]/);
    await hydra.close();
  });

  test('sends challenges of 16 kB, and characters that have a meaning in addresses', async () => {
    const { api, hydra } = await start();
    const odd = `a+b/c=d&login_challenge=e%20f ü#?${'x'.repeat(16_000)}==`;
    await expect(hydra.login.get(odd)).rejects.toMatchObject({ kind: 'unknown' });
    expect([...api.heard.at(-1)!.query]).toEqual([['login_challenge', odd]]);
    await hydra.close();
  });

  test('sends only known members', async () => {
    const { api, hydra } = await start();
    api.reply = ({ path }, res) =>
      json(
        res,
        path === '/version' ? { version: 'v2.3.0' } : { redirect_to: 'https://a.example/' },
      );
    const stray = { handled_at: 'now', more: 1, __proto__: null };
    const session = { access_token: { a: 1 }, id_token: {}, more: 1 };
    const answer = { ...anAnswer, ...stray, session };
    await hydra.login.accept('c', answer);
    await hydra.consent.accept('c', answer);
    await hydra.consent.reject('c', answer);
    expect(api.heard.slice(1).map(({ body }) => JSON.parse(body))).toEqual([
      { subject: 's' },
      {
        grant_scope: [],
        grant_access_token_audience: [],
        session: { access_token: { a: 1 }, id_token: {} },
      },
      { error: 'access_denied' },
    ]);
    await hydra.close();
  });

  test('reuses its connections', async () => {
    const { api, hydra } = await start();
    const { challenge = '' } = exchange('v26', 'login request, open');
    for (let round = 0; round < 9; round++) await hydra.login.get(challenge);
    await outcome(hydra.login.get('nobody'));
    await outcome(hydra.logout.reject('nobody'));
    expect(api.heard).toHaveLength(12);
    // The pool of undici opens a second one if the first is not idle yet.
    expect(api.connections()).toBeLessThanOrEqual(2);
    await hydra.close();
  });

  test('reports every call, without challenge or token', async () => {
    const { api, calls, hydra } = await start({ token: 'a-token' });
    const { challenge = '' } = exchange('v26', 'login request, open');
    await hydra.login.get(challenge);
    await outcome(hydra.consent.get('a-challenge'));
    await outcome(hydra.device.accept('a-challenge', 'a-code'));
    await api.close();
    await hydra.server.ready();
    expect(calls.every(({ ms }) => ms >= 0)).toBe(true);
    expect(
      calls.map(({ method, operation, status, kind }) => [method, operation, status, kind]),
    ).toEqual([
      ['GET', 'server.detect', 200, undefined],
      ['GET', 'login.get', 200, undefined],
      ['GET', 'consent.get', 404, 'unknown'],
      ['PUT', 'device.accept', 404, 'unknown'],
      ['GET', 'server.ready', undefined, 'down'],
    ]);
    expect(JSON.stringify(calls)).not.toMatch(/a-token|a-challenge/);
    await hydra.close();
  });

  test('trusts a server whose certificate it was given, and no other', async () => {
    const api = await startAdminApi(likeServer('v26'), { tls: certificate });
    const trusting = createHydra(configFor(api, { transport, ca: certificate.cert }));
    await expect(trusting.server.version()).resolves.toBe('v26.2.0');
    await expect(trusting.server.version()).resolves.toBe('v26.2.0');
    const wary = createHydra(configFor(api, { transport }));
    await expect(wary.server.version()).rejects.toMatchObject({ kind: 'down' });
    expect(api.heard).toHaveLength(2);
    await Promise.all([trusting.close(), wary.close()]);
  });

  test('needs no server before its first call', async () => {
    const api = await startAdminApi(likeServer('v26'));
    await api.close();
    const hydra = createHydra(configFor(api, { transport }));
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'down', status: undefined });
    await expect(hydra.server.alive()).resolves.toBe(false);
    await startAdminApi(likeServer('v26'), { port: Number(new URL(api.url).port) });
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'unknown' });
    await expect(hydra.server.alive()).resolves.toBe(true);
    await hydra.close();
  });
});
