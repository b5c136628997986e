import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { json, startAdminApi } from '../../hydra-admin/test/admin-api.ts';
import { allowApp } from './allow-app.ts';
import { openTools, type Tools } from './open-tools.ts';
import { runTool } from './run-tool.ts';

let tools: Tools;
let server: Tools['server'];
let run: Tools['run'];
let file: Tools['file'];

beforeAll(async () => {
  tools = await openTools();
  ({ server, run, file } = tools);
});

afterAll(() => tools.close());

describe('sessions and tokens', () => {
  test('are listed, shown and revoked', async () => {
    const env = { HYDRA_ADMIN_URL: server.adminUrl };
    const client = await server.registerClient({
      client_id: 'seen',
      client_name: 'Seen',
      redirect_uris: ['https://a.example/'],
      scope: 'openid offline',
      grant_types: ['authorization_code', 'refresh_token'],
    });
    const token = await allowApp(server, {
      app: { id: 'seen', secret: client.client_secret ?? '', redirectUri: 'https://a.example/' },
      subject: 'ada',
      scope: 'openid offline',
      rememberForSeconds: 7_200,
    });
    const listed = await runTool(['sessions', 'list', 'ada'], { env });
    expect(listed.stdout).toMatch(
      /^CLIENT +NAME +GRANTED +REMEMBERED +SCOPE\nseen +Seen +\S+Z +2 h +openid offline\n$/,
    );
    const [session] = JSON.parse(
      (await runTool(['sessions', 'list', 'ada', '--json'], { env })).stdout,
    );
    expect(Object.keys(session)).toEqual([
      'client_id',
      'client_name',
      'scope',
      'audience',
      'remember',
      'remember_for',
      'handled_at',
      'login_session_id',
      'consent_request_id',
    ]);
    const active = await runTool(['tokens', 'introspect', '--scope', 'openid'], {
      env,
      input: `${token}\n`,
    });
    expect(active.stdout).toMatch(/ {2}sub +ada\n[^]*exp +\d+ \(\d{4}-\d\d-\d\dT[\d:.]+Z\)/);
    const lacking = await runTool(['tokens', 'introspect', '--scope', 'openid email'], {
      env,
      input: token,
    });
    expect(lacking).toMatchObject({ code: 0, stdout: expect.stringContaining('is not active') });
    const narrow = ['sessions', 'revoke', 'ada', '--client', 'seen'];
    expect(await runTool(narrow, { env })).toMatchObject({ code: 2 });
    expect(await runTool(narrow, { env, answers: ['n\r'] })).toMatchObject({ code: 1 });
    const revoked = await runTool([...narrow, '--yes', '--json'], { env });
    expect(JSON.parse(revoked.stdout)).toEqual({
      subject: 'ada',
      client: 'seen',
      consents: true,
      logins: false,
    });
    const path = await file('token', `${token}\n`);
    const gone = await runTool(['tokens', 'introspect', '--file', path, '--json'], { env });
    expect(JSON.parse(gone.stdout)).toEqual({ active: false });
    const all = await runTool(['sessions', 'revoke', 'ada', '--yes'], { env });
    expect(all.stderr).toBe(
      'Revoked, if there were any: the consents of ada, with their tokens, and the login sessions of ada.\n',
    );
    const logins = await runTool(['sessions', 'revoke', 'ada', '--logins', '--yes', '--json'], {
      env,
    });
    expect(JSON.parse(logins.stdout)).toMatchObject({ consents: false, logins: true });
  });

  test('are flushed on 1.x only', async () => {
    const later = await run(['tokens', 'flush', '--older-than', '24h']);
    expect(later).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('"hydra janitor"'),
    });
    const old = await startAdminApi((heard, res) => {
      if (heard.path === '/version') json(res, { version: 'v1.11.10' });
      else res.writeHead(204).end();
    });
    const env = { HYDRA_ADMIN_URL: old.url };
    const flushed = await runTool(
      ['tokens', 'flush', '--not-after', '2026-01-31T12:00:00+01:00', '--json'],
      { env },
    );
    expect(JSON.parse(flushed.stdout)).toEqual({
      flushed: true,
      not_after: '2026-01-31T11:00:00.000Z',
    });
    expect(old.heard.at(-1)).toMatchObject({
      path: '/oauth2/flush',
      body: '{"notAfter":"2026-01-31T11:00:00.000Z"}',
    });
    await runTool(['tokens', 'flush', '--older-than', '7d'], { env });
    const sent = JSON.parse(old.heard.at(-1)!.body) as { notAfter: string };
    expect(Math.round((Date.now() - Date.parse(sent.notAfter)) / 86_400_000)).toBe(7);
  });
});
