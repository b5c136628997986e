import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openTools, type Tools } from './open-tools.ts';
import { runTool } from './run-tool.ts';
import { startStandIn } from '@portico/hydra-stand-in';

let tools: Tools;
let server: Tools['server'];
let folder: string;
let run: Tools['run'];
let file: Tools['file'];
let show: Tools['show'];

beforeAll(async () => {
  tools = await openTools();
  ({ server, folder, run, file, show } = tools);
});

afterAll(() => tools.close());

const isOneSentence = /^[^\n]+[.:]\n$/;

describe('clients', () => {
  test('are created from options, with a secret that is shown only once', async () => {
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
      stderr: 'The secret is shown only once: store it now.\n',
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
      stderr: 'The client "notes" exists already.\n',
    });
  });

  test('are created from a file or the standard input, and options override it', async () => {
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

  test('do not print a secret that was given, and public ones have none', async () => {
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
    ['{"client_name": "a",\n  oops', 'is not JSON: see line 2, column 3.'],
    ['', 'is not JSON: see line 1, column 1.'],
    ['{"client_name": "a"', 'is not JSON: see line 1, column 20.'],
    ['[]', 'must hold one JSON object: the client.'],
    ['{"client_name": 1}', '"client_name" must be a string.'],
    ['{"redirect_uris": "https://a.example"}', '"redirect_uris" must be a list of strings.'],
    ['{"redirect_uris": [1]}', '"redirect_uris" must be a list of strings.'],
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

  test('are not created from a missing file, or with a secret of several lines', async () => {
    expect(await run(['clients', 'create', '--file', join(folder, 'none')])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/cannot be read: it does not exist\.\n$/),
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

  test('are refused with the reason that the server gives', async () => {
    const { code, stderr } = await run([
      'clients',
      'create',
      '--redirect-uri',
      'https://a.example/#x',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The server refuses this: invalid_redirect_uri, .+\n$/);
  });

  test('keep everything that an update does not mention', async () => {
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

  test('are not updated from the file of another client, and unknown ones give exit code 3', async () => {
    const input = '{"client_id": "notes"}';
    const other = await run(['clients', 'update', 'rich', '--file', '-'], { input });
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('describes another client'),
    });
    for (const args of [
      ['show', 'nobody'],
      ['update', 'nobody', '--name', 'x'],
      ['delete', 'nobody', '--yes'],
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one server
      const result = await run(['clients', ...args]);
      expect(result).toMatchObject({
        code: 3,
        stdout: '',
        stderr: 'There is no client "nobody".\n',
      });
    }
  });

  test('are deleted after confirmation', async () => {
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

  test('are listed page by page, without characters that move the cursor', async () => {
    const many = await startStandIn({
      publicPort: 0,
      adminPort: 0,
      appUrl: 'http://localhost:3000',
    });
    const env = { HYDRA_ADMIN_URL: many.adminUrl };
    expect(await runTool(['clients', 'list'], { env })).toMatchObject({
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
      // oxlint-disable-next-line no-await-in-loop -- the order matters
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
