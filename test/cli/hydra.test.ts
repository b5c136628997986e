import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exitCodes } from '../../src/cli/hydra/failure.ts';
import type { RegisteredClient } from '../../src/hydra/client-types.ts';
import { createHydra } from '../../src/hydra/client.ts';
import { startStandIn, type StandIn } from '../../src/dev/oauth2/start-stand-in.ts';
import { closeAll, json, startAdminApi } from '../hydra/admin-api.ts';
import { runTool, type ToolOptions } from './run-tool.ts';

type Options = ToolOptions & { env?: Record<string, string | undefined> };

let server: StandIn;
let folder: string;

beforeAll(async () => {
  server = await startStandIn({ publicPort: 0, adminPort: 0, appUrl: 'http://localhost:3000' });
  folder = await mkdtemp(join(tmpdir(), 'portico-tools-'));
});

afterAll(async () => {
  await Promise.all([server.close(), closeAll(), rm(folder, { recursive: true })]);
});

const run = async (args: string[], options: Options = {}) =>
  runTool(args, { ...options, env: { HYDRA_ADMIN_URL: server.adminUrl, ...options.env } });

async function file(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const show = async (id: string) =>
  JSON.parse((await run(['clients', 'show', id, '--json'])).stdout) as RegisteredClient;

const isOneSentence = /^[^\n]+[.:]\n$/;

describe('any command', () => {
  test.each([
    [['--help'], 'tokens introspect'],
    [['-h'], 'doctor'],
    [['clients', '--help'], 'clients update ID'],
    [['clients', 'create', '--help'], '--redirect-uri URI'],
    [['keys', 'rotate', 'set', '--help'], '--keep N'],
    [['frob', '--help'], 'doctor'],
  ])('explains itself: %j', async (args, piece) => {
    const { code, stdout, stderr } = await runTool(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(piece);
    expect(stdout).toContain('Exit codes:');
  });

  test('is told of in the documentation, exit codes too', async () => {
    const told = await readFile(new URL('../../docs/tools.md', import.meta.url), 'utf8');
    const { stdout } = await runTool(['--help']);
    const names = [...stdout.matchAll(/^ {2}([a-z]+(?: [a-z]+)?)(?: [A-Z]+)* {2,}/gm)];
    expect(names).toHaveLength(12);
    for (const [, name] of names) expect(told).toContain(`hydra -- ${name}`);
    for (const code of Object.values(exitCodes)) expect(told).toContain(`\n| ${code} |`);
  });

  test('explains one group without the others', async () => {
    expect((await runTool(['clients', '--help'])).stdout).not.toContain('introspect');
  });

  test.each([
    [[], 'Say what to do: doctor, clients, keys, sessions, tokens.'],
    [['--json'], 'Say first what to do'],
    [['frob'], 'There is no command "frob"'],
    [['clients'], 'Say what to do with clients: create, list, show, update, delete.'],
    [['clients', 'frob'], 'Say what to do with clients'],
    [['clients', 'show'], 'clients show needs ID'],
    [['clients', 'show', ''], 'clients show needs ID'],
    [['clients', 'show', 'a', 'b'], 'clients show takes only ID'],
    [['clients', 'list', 'a'], 'clients list takes only options'],
    [['clients', 'list', '--secret=hush'], 'clients list has no option --secret:'],
    [['clients', 'list', '--constructor'], 'no option --constructor'],
    [['clients', 'list', '-x'], 'no option -x'],
    [['clients', 'list', '--json=hush'], '--json takes no value.'],
    [['clients', 'list', '--name'], '--name needs a value: --name NAME.'],
    [['clients', 'list', '--name', '--json'], '--name needs a value'],
    [['clients', 'list', '--name', 'a', '--name', 'b'], '--name can be given only once.'],
    [['clients', 'create'], 'Say what the client is'],
    [['clients', 'create', '--json'], 'Say what the client is'],
    [['clients', 'update', 'a'], 'Say what is to change'],
    [['clients', 'create', '--checked', '--no-checked'], 'exclude each other'],
    [['clients', 'create', '--public', '--secret-stdin'], 'exclude each other'],
    [['clients', 'create', '--file', '-', '--secret-stdin'], 'can be read only once'],
    [['keys', 'rotate', 'a', '--keep', '0'], '--keep must be a number'],
    [['keys', 'rotate', 'a', '--use', 'frob'], '--use must be sig or enc.'],
    [['sessions', 'revoke', 'a', '--client', 'b', '--logins'], '--client is about consents'],
    [['sessions', 'revoke', 'a', '--client', ''], '--client needs the id'],
    [['tokens', 'introspect', 'hush'], 'would stay in the history'],
    [['tokens', 'flush', '--older-than', '1 week'], '--older-than must be an age'],
    [['tokens', 'flush', '--not-after', '2026-02-30'], '--not-after must be a time'],
    [['tokens', 'flush', '--not-after', 'now', '--older-than', '1d'], 'exclude each other'],
  ])('answers %j with one sentence, and does nothing', async (args, sentence) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(isOneSentence);
    expect(stderr).not.toContain('hush');
  });

  test('names each setting that is missing or wrong', async () => {
    const { code, stderr } = await runTool(['clients', 'list'], {
      env: { HYDRA_TIMEOUT_MS: 'soon' },
    });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^HYDRA_ADMIN_URL is not set\. .+\nHYDRA_TIMEOUT_MS is "soon"\. .+\n$/);
  });

  test('says in one sentence why the server cannot be asked', async () => {
    const nobody = await startAdminApi(() => {});
    await nobody.close();
    const answering = async (status: number, body: unknown) =>
      (await startAdminApi((_heard, res) => json(res, body, status))).url;
    const silent = await startAdminApi(() => {});
    const cases: [string, string][] = [
      [nobody.url, 'cannot be reached (nothing listens there): look at HYDRA_ADMIN_URL.'],
      ['http://portico.invalid:1', 'cannot be reached (its name is not known here)'],
      [silent.url, 'did not answer within 300 ms: look at'],
      [await answering(401, { error: { code: 401 } }), 'look at HYDRA_ADMIN_TOKEN'],
      [await answering(404, {}), 'There is no admin API at'],
      [
        await answering(500, { error: 'error', error_description: 'disk\u001b[2J full' }),
        'failed with status 500: error, disk[2J full.',
      ],
      [await answering(200, { version: 'v26.2.0' }), 'gave an answer that is none'],
      [server.publicUrl, 'There is no admin API at'],
    ];
    for (const [url, sentence] of cases) {
      const env = { HYDRA_ADMIN_URL: url, HYDRA_TIMEOUT_MS: url === silent.url ? '300' : '5000' };
      const { code, stdout, stderr } = await runTool(['clients', 'list'], { env });
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain(sentence);
      expect(stderr).toMatch(isOneSentence);
    }
  });

  test('works as a program that reads .env, and ends quietly when nobody reads on', async () => {
    await file('.env', `HYDRA_ADMIN_URL=${server.adminUrl}\n`);
    const entry = new URL('../../src/cli/hydra.ts', import.meta.url).pathname;
    const tsx = import.meta.resolve('tsx');
    const { code, text } = await new Promise<{ code: number; text: string }>((resolve) => {
      const line = `"${process.execPath}" --import "${tsx}" "${entry}" clients list --json | head -c 1; exit \${PIPESTATUS[0]}`;
      const env = { ...process.env, HYDRA_ADMIN_URL: undefined };
      execFile('bash', ['-c', line], { cwd: folder, env }, (error, stdout, stderr) => {
        resolve({ code: Number(error?.code ?? 0), text: stdout + stderr });
      });
    });
    expect([code, text]).toEqual([0, '[']);
  }, 30_000);
});

describe('clients', () => {
  test('are created from options, with a secret that is told this once', async () => {
    const flags = ['--name', 'Notes', '--redirect-uri', 'https://a.example/1', '--redirect-uri'];
    const more = [
      'https://a.example/2',
      '--scope',
      'openid email',
      '--scope',
      'phone',
      '--checked',
    ];
    const made = await run(['clients', 'create', '--id', 'notes', ...flags, ...more]);
    expect(made).toMatchObject({
      code: 0,
      stderr: 'The secret is shown this once and never again: keep it now.\n',
    });
    expect(made.stdout).toMatch(
      /^ {2}client_id +notes\n {2}client_name +Notes\n[^]+ {2}client_secret +\S{20,}\n$/,
    );
    expect(await show('notes')).toMatchObject({
      client_name: 'Notes',
      redirect_uris: ['https://a.example/1', 'https://a.example/2'],
      scope: 'openid email phone',
      metadata: { checked: true },
    });
    const again = await run(['clients', 'create', '--id', 'notes', '--name', 'x']);
    expect(again).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'There is a client "notes" already.\n',
    });
  });

  test('are created from a file or the standard input, where options win', async () => {
    const client = {
      client_id: 'fromfile',
      client_name: 'File',
      metadata: { team: 'a' },
      created_at: 'x',
    };
    const input = JSON.stringify(client);
    const args = ['clients', 'create', '--file', '-', '--name', 'Options', '--checked', '--json'];
    const made = JSON.parse((await run(args, { input })).stdout);
    expect(made).toMatchObject({ client_name: 'Options', metadata: { team: 'a', checked: true } });
    expect(made.client_secret).toMatch(/^.{20,}$/);
    expect(made).not.toHaveProperty('registration_access_token');
    expect((await show('fromfile')).client_secret).toBeUndefined();
  });

  test('keep a secret that was brought along to themselves, and public ones have none', async () => {
    const own = await run([
      'clients',
      'create',
      '--id',
      'own',
      '--secret-file',
      await file('s', 'correct horse\n'),
    ]);
    expect(own).toMatchObject({ code: 0, stderr: '' });
    expect(own.stdout).not.toContain('horse');
    const input = 'another horse\n';
    const changed = await run(['clients', 'update', 'own', '--secret-stdin', '--json'], { input });
    expect(changed.stdout).not.toContain('horse');
    const shop = await run(['clients', 'create', '--id', 'shop', '--public']);
    expect(shop.stdout).toMatch(/token_endpoint_auth_method +none/);
    expect(shop.stdout).not.toContain('client_secret');
  });

  test.each([
    ['{"client_name": "a",\n  oops', 'is not JSON: it breaks at line 2.'],
    ['', 'is not JSON: it breaks at its end.'],
    ['[]', 'must hold one JSON object: the client.'],
    ['{"client_name": 1}', '"client_name" must be a text.'],
    ['{"redirect_uris": "https://a.example"}', '"redirect_uris" must be a list of texts.'],
    ['{"redirect_uris": [1]}', '"redirect_uris" must be a list of texts.'],
    ['{"skip_consent": "yes"}', '"skip_consent" must be true or false.'],
    ['{"metadata": []}', '"metadata" must be an object.'],
    ['{"redirect_uri": ["https://a.example"]}', '"redirect_uri" is not a member of a client.'],
    ['{"__proto__x": 1, "constructor": 1}', 'is not a member of a client.'],
    [new Uint8Array([0xff, 0xfe]), 'is not in UTF-8.'],
  ])('are not created from %j', async (content, sentence) => {
    const path = await file('bad.json', content);
    const { code, stdout, stderr } = await run(['clients', 'create', '--file', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).toMatch(isOneSentence);
  });

  test('are not created from a file that is not there, nor with a secret of several lines', async () => {
    expect(await run(['clients', 'create', '--file', join(folder, 'none')])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be read: there is no such file\.\n$/),
    });
    expect(await run(['clients', 'create', '--file', folder])).toMatchObject({ code: 2 });
    for (const input of ['', '\n', 'one\ntwo\n']) {
      // oxlint-disable-next-line no-await-in-loop -- one server
      const { code, stderr } = await run(['clients', 'create', '--secret-stdin'], { input });
      expect(code).toBe(2);
      expect(stderr).toMatch(/^The standard input (is empty|has several lines): .*\.\n$/);
      expect(stderr).not.toContain('two');
    }
  });

  test('say what the server does not like about them', async () => {
    const { code, stderr } = await run([
      'clients',
      'create',
      '--redirect-uri',
      'https://a.example/#x',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The server refuses this: invalid_redirect_uri, .+\n$/);
  });

  test('keep all that an update does not speak of', async () => {
    const before = await server.registerClient({
      client_id: 'rich',
      client_name: 'Rich',
      redirect_uris: ['https://a.example/'],
      grant_types: ['authorization_code', 'refresh_token'],
      jwks_uri: 'https://a.example/keys',
      metadata: { team: 'a' },
      authorization_code_grant_access_token_lifespan: '1h0m0s',
    });
    const known = await show('rich');
    const updated = await run([
      'clients',
      'update',
      'rich',
      '--checked',
      '--skip-consent',
      '--audience',
      'x',
    ]);
    expect(updated).toMatchObject({ code: 0, stderr: '' });
    const { updated_at: _one, ...rest } = known;
    const { updated_at: _other, ...now } = await show('rich');
    expect(now).toEqual({
      ...rest,
      skip_consent: true,
      audience: ['x'],
      metadata: { team: 'a', checked: true },
    });
    const input = JSON.stringify({
      ...(await show('rich')),
      client_name: null,
      metadata: { b: 1 },
    });
    const back = ['--no-checked', '--no-skip-consent', '--audience', '', '--file', '-'];
    await run(['clients', 'update', 'rich', ...back], { input });
    expect(await show('rich')).toMatchObject({
      client_name: '',
      audience: [],
      metadata: { b: 1 },
      skip_consent: false,
    });
    const credentials = Buffer.from(`rich:${before.client_secret}`).toString('base64');
    const token = await fetch(`${server.publicUrl}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${credentials}` },
      body: new URLSearchParams({ grant_type: 'refresh_token', refresh_token: 'x' }),
    });
    expect(await token.json()).toMatchObject({ error: 'invalid_grant' });
  });

  test('are not updated by the file of another one, and unknown ones are told by exit code 3', async () => {
    const input = '{"client_id": "notes"}';
    const other = await run(['clients', 'update', 'rich', '--file', '-'], { input });
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is about another client'),
    });
    for (const args of [
      ['show', 'nobody'],
      ['update', 'nobody', '--name', 'x'],
      ['delete', 'nobody', '--yes'],
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one server
      const result = await run(['clients', ...args]);
      expect(result).toEqual({ code: 3, stdout: '', stderr: 'There is no client "nobody".\n' });
    }
  });

  test('are deleted after a question', async () => {
    await run(['clients', 'create', '--id', 'gone', '--name', 'Gone \u001b[2J']);
    expect(await run(['clients', 'delete', 'gone'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes'),
    });
    expect(await run(['clients', 'delete', 'gone'], { answers: ['n\r'] })).toMatchObject({
      code: 1,
      stdout: '',
    });
    const stopped = await run(['clients', 'delete', 'gone'], { answers: ['\u0003'] });
    expect(stopped).toMatchObject({
      code: 130,
      stderr: expect.stringMatching(/Stopped: nothing was changed\.\n$/),
    });
    expect(await run(['clients', 'delete', 'gone'], { answers: ['\u0004'] })).toMatchObject({
      code: 1,
    });
    expect((await show('gone')).client_id).toBe('gone');
    const deleted = await run(['clients', 'delete', 'gone'], { answers: ['yes\r'] });
    expect(deleted.code).toBe(0);
    expect(deleted.stderr).toContain(
      'Delete the client gone (Gone [2J), its consents and its tokens? [y/N]',
    );
    await run(['clients', 'create', '--id', 'gone', '--name', 'Again']);
    const byYes = await run(['clients', 'delete', 'gone', '--yes', '--json']);
    expect(JSON.parse(byYes.stdout)).toEqual({ client_id: 'gone', deleted: true });
  });

  test('are listed page by page, cleaned of what moves a cursor', async () => {
    const many = await startStandIn({
      publicPort: 0,
      adminPort: 0,
      appUrl: 'http://localhost:3000',
    });
    const env = { HYDRA_ADMIN_URL: many.adminUrl };
    expect(await runTool(['clients', 'list'], { env })).toEqual({
      code: 0,
      stdout: '',
      stderr: 'There are no clients.\n',
    });
    expect((await runTool(['clients', 'list', '--json'], { env })).stdout).toBe('[]\n');
    const ids = Array.from(
      { length: 250 },
      (_, index) => `client-${String(index).padStart(3, '0')}`,
    );
    for (const client_id of ids) {
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await many.registerClient({
        client_id,
        client_name: 'Évil \u001b[31m\u202e\n界',
        scope: 'x'.repeat(99),
      });
    }
    const table = await runTool(['clients', 'list'], { env, columns: 80 });
    expect(
      table.stdout
        .split('\n')
        .slice(1, -1)
        .map((line) => line.split(' ')[0])
        .toSorted((a = '', b = '') => (a < b ? -1 : 1)),
    ).toEqual(ids);
    expect(table.stdout).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(Math.max(...table.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(
      80,
    );
    const listed = await runTool(['clients', 'list', '--json'], { env, isOutputPiped: true });
    expect(JSON.parse(listed.stdout)).toHaveLength(250);
    expect(listed.stdout).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
    expect(listed.stderr).toBe('\r100 clients …\u001b[K\r200 clients …\u001b[K\r\u001b[K');
    const asked = await runTool(['clients', 'list', '--json', '--name', 'nobody'], { env });
    expect(asked.stdout).toBe('[]\n');
    const cut = await runTool(['clients', 'list'], { env, readsWrites: 1 });
    expect(cut).toMatchObject({ code: 0, stderr: '' });
    await many.close();
  });
});

describe('sessions and tokens', () => {
  test('are listed, shown and revoked', async () => {
    const env = { HYDRA_ADMIN_URL: server.adminUrl };
    const hydra = createHydra({ adminUrl: server.adminUrl });
    const client = await server.registerClient({
      client_id: 'seen',
      client_name: 'Seen',
      redirect_uris: ['https://a.example/'],
      scope: 'openid offline',
      grant_types: ['authorization_code', 'refresh_token'],
    });
    const token = await tokenOf(hydra, client.client_secret ?? '');
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
      'Revoked, if there were any: the consents of ada, with their tokens, and the sign-ins of ada.\n',
    );
    const logins = await runTool(['sessions', 'revoke', 'ada', '--logins', '--yes', '--json'], {
      env,
    });
    expect(JSON.parse(logins.stdout)).toMatchObject({ consents: false, logins: true });
    await hydra.close();
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

/** Signs somebody in. */
async function tokenOf(hydra: ReturnType<typeof createHydra>, secret: string): Promise<string> {
  const cookies = new Map<string, string>();
  const visit = async (address: string): Promise<URL> => {
    const cookie = [...cookies].map((pair) => pair.join('=')).join('; ');
    const answer = await fetch(address, { redirect: 'manual', headers: { cookie } });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return new URL(answer.headers.get('location') ?? '');
  };
  const redirect_uri = 'https://a.example/';
  const asked = {
    client_id: 'seen',
    response_type: 'code',
    scope: 'openid offline',
    redirect_uri,
    state: '12345678',
  };
  const login = await visit(
    `${server.publicUrl}/oauth2/auth?${new URLSearchParams(asked).toString()}`,
  );
  const accepted = await hydra.login.accept(login.searchParams.get('login_challenge')!, {
    subject: 'ada',
  });
  const consent = await visit(accepted);
  const granted = await hydra.consent.accept(consent.searchParams.get('consent_challenge')!, {
    grant_scope: ['openid', 'offline'],
    grant_access_token_audience: [],
    session: { access_token: {}, id_token: {} },
    remember: true,
    remember_for: 7_200,
  });
  const code = (await visit(granted)).searchParams.get('code') ?? '';
  const answer = await fetch(`${server.publicUrl}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`seen:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'authorization_code', code, redirect_uri }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}
