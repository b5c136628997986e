import { afterAll, describe, expect, test } from '@jest/globals';
import { createHydra } from '../src/client.ts';
import type { HydraConfig } from '../src/hydra-config.ts';
import { dialectOf } from '../src/version.ts';
import {
  closeAll,
  configFor,
  exchange,
  likeServer,
  startAdminApi,
  transports,
  type Reply,
} from './admin-api.ts';

afterAll(closeAll);

test.each([
  // version, prefix, amr, extend_session_lifespan
  ['v1.0.0-rc.6+oryOS.10', '', false, false],
  ['v1.10.6', '', false, false],
  ['1.10.7', '', true, false],
  ['v1.11.10', '', true, false],
  ['v2.0.3', '/admin', true, false],
  ['v2.1.0-pre.0', '/admin', true, true],
  ['v2.3.0', '/admin', true, true],
  ['v25.4.0', '/admin', true, true],
  ['v26.2.0', '/admin', true, true],
  ['1', '', true, false],
  ['1.9', '', false, false],
  ['2.0', '/admin', true, false],
  ['2', '/admin', true, true],
] as const)('knows the prefix and the features of %s', (version, prefix, amr, extend) => {
  const has = { amr, extend_session_lifespan: extend };
  expect(dialectOf(version)).toMatchObject({ prefix, has });
});

test.each(['master', '', 'v', 'latest-2.3.0', '<html>'])(
  'does not accept "%s" as a version',
  (text) => {
    expect(dialectOf(text)).toBeUndefined();
  },
);

const html404: Reply = (_heard, res) => res.writeHead(404).end('<h1>404</h1>');
const html: Reply = (_, res) => res.setHeader('content-type', 'text/html').end('<p>Hello</p>');
const answer = { subject: 's', amr: ['pwd'], remember_for: 9, extend_session_lifespan: true };

describe.each(transports)('a server that hides its version, asked by %s', (transport) => {
  async function start(reply: Reply, more: Partial<HydraConfig> = {}) {
    const api = await startAdminApi(reply);
    const hydra = createHydra(configFor(api, { transport, ...more }));
    const paths = () => api.heard.map(({ path }) => path);
    return { api, hydra, paths };
  }

  /** The path and the members of an accepted login, after the detection. */
  async function spokenTo(reply: Reply, more: Partial<HydraConfig> = {}) {
    const { api, hydra } = await start(reply, more);
    await hydra.login.accept('c', answer).catch(() => {});
    await hydra.close();
    const { path, body } = api.heard.at(-1)!;
    return [path, Object.keys(JSON.parse(body)).filter((name) => name !== 'subject')];
  }

  const tail = '/oauth2/auth/requests/login/accept';
  test.each([
    ['master', 'v1', tail, ['remember_for', 'amr']],
    ['master', 'v2', `/admin${tail}`, ['remember_for', 'extend_session_lifespan', 'amr']],
    ['master', 'v26', `/admin${tail}`, ['remember_for', 'extend_session_lifespan', 'amr']],
    [null, 'v1', tail, ['remember_for', 'amr']],
    [null, 'v2', `/admin${tail}`, ['remember_for', 'extend_session_lifespan', 'amr']],
    [null, 'v26', `/admin${tail}`, ['remember_for', 'extend_session_lifespan', 'amr']],
    ['v1.9.2', 'v1', tail, ['remember_for']],
    ['v2.0.3', 'v2', `/admin${tail}`, ['remember_for', 'amr']],
  ] as const)('that reports %s and behaves like %s', async (reported, version, path, members) => {
    expect(await spokenTo(likeServer(version, reported))).toEqual([path, members]);
  });

  test('counts as 2.0 if a gateway passes only the prefix on', async () => {
    const behind = likeServer('v26', null);
    const gateway: Reply = (heard, res, socket) =>
      heard.path.startsWith('/admin/') ? behind(heard, res, socket) : html(heard, res, socket);
    expect(await spokenTo(gateway)).toEqual([`/admin${tail}`, ['remember_for', 'amr']]);
  });

  test.each([401, 403, 404, 500, 502])('is detected although /version is a %i', async (status) => {
    const behind = likeServer('v1');
    const gateway: Reply = (heard, res, socket) =>
      heard.path === '/version' ? res.writeHead(status).end('no') : behind(heard, res, socket);
    expect(await spokenTo(gateway)).toEqual([tail, ['remember_for', 'amr']]);
  });

  test('is detected although the body of /version is too large', async () => {
    const behind = likeServer('v1');
    const gateway: Reply = (heard, res, socket) =>
      heard.path === '/version' ? res.end('x'.repeat(2_000_000)) : behind(heard, res, socket);
    expect(await spokenTo(gateway)).toEqual([tail, ['remember_for', 'amr']]);
  });

  test('is not asked if the version is configured', async () => {
    const { hydra, paths } = await start(likeServer('v26'), { version: '1.11' });
    await expect(hydra.logout.get('c')).rejects.toMatchObject({ kind: 'unknown' });
    expect(paths()).toEqual(['/oauth2/auth/requests/logout']);
    await hydra.close();
  });

  test('is asked again by each call as long as it is not an admin API', async () => {
    const { api, hydra } = await start(html);
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'nonsense', status: 200 });
    api.reply = (_, res) => res.writeHead(404).end();
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'route_unknown' });
    api.reply = (_, res) => res.writeHead(503).end();
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'unavailable', status: 503 });
    api.reply = (_, res) => res.writeHead(403).end();
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'refused' });
    const behindGateway = likeServer('v26', null);
    api.reply = (heard, res, socket) => {
      if (heard.path.startsWith('/admin/')) res.writeHead(429).end();
      else behindGateway(heard, res, socket);
    };
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'limited', status: 429 });
    api.reply = likeServer('v1');
    const { challenge = '' } = exchange('v1', 'login request, open');
    await expect(hydra.login.get(challenge)).resolves.toMatchObject({ challenge });
    await hydra.close();
  });

  test('is detected once for all calls at the same time', async () => {
    const { hydra, paths } = await start(likeServer('v1', 'master'));
    const { challenge = '' } = exchange('v1', 'login request, open');
    await Promise.all(Array.from({ length: 5 }, () => hydra.login.get(challenge)));
    expect(paths()).toHaveLength(3 + 5);
    expect(paths().filter((path) => path === '/version')).toHaveLength(1);
    await hydra.login.get(challenge);
    expect(paths()).toHaveLength(3 + 5 + 1);
    await hydra.close();
  });

  test('fails all waiting calls, and no later ones, if the connection breaks', async () => {
    const { api, hydra } = await start((_heard, _res, socket) => socket.destroy());
    const results = await Promise.allSettled([hydra.login.get('c'), hydra.consent.get('c')]);
    expect(results).toMatchObject([{ reason: { kind: 'down' } }, { reason: { kind: 'down' } }]);
    api.reply = likeServer('v26');
    await expect(hydra.login.get('c')).rejects.toMatchObject({ kind: 'unknown' });
    await hydra.close();
  });

  test('is detected again after an upgrade from 1.x to 2.x, and back', async () => {
    const { api, hydra, paths } = await start(likeServer('v1'));
    const open = (version: 'v1' | 'v2') => exchange(version, 'login request, open').challenge ?? '';
    await hydra.login.get(open('v1'));
    api.reply = likeServer('v2');
    await expect(hydra.login.get(open('v2'))).resolves.toMatchObject({ challenge: open('v2') });
    api.reply = likeServer('v1');
    const { challenge = '', request } = exchange('v1', 'accept login, open');
    await hydra.login.accept(challenge, request.body ?? answer);
    expect(paths().slice(-3)).toEqual([`/admin${tail}`, '/version', tail]);
    api.reply = likeServer('v26');
    await Promise.allSettled(['a', 'b', 'c'].map((c) => hydra.consent.get(c)));
    await hydra.close();
  });

  test('is asked once more for an operation that it lacks', async () => {
    const { hydra, paths } = await start(likeServer('v2'));
    await hydra.logout.reject('c').catch(() => {});
    const lost = hydra.device.accept('c', 'code');
    await expect(lost).rejects.toMatchObject({ kind: 'route_unknown', status: 404 });
    const path = '/admin/oauth2/auth/requests/device/accept';
    expect(paths().slice(2)).toEqual([path, '/version']);
    await hydra.close();
  });

  test('is not asked each time for an operation that a gateway hides', async () => {
    const behind = likeServer('v26');
    const { api, hydra, paths } = await start((heard, res, socket) =>
      heard.path.includes('/sessions/') ? html404(heard, res, socket) : behind(heard, res, socket),
    );
    for (let count = 0; count < 5; count++) {
      await expect(hydra.consentSessions.page('s')).rejects.toMatchObject({
        kind: 'route_unknown',
      });
    }
    expect(paths().filter((path) => path === '/version')).toHaveLength(2);
    // Another missing operation may mean that the server has changed.
    api.reply = likeServer('v1');
    const { challenge = '' } = exchange('v1', 'login request, open');
    await expect(hydra.login.get(challenge)).resolves.toMatchObject({ challenge });
    await hydra.close();
  });
});
