import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { json, startAdminApi } from '../../hydra-admin/test/admin-api.ts';
import { openTools, type Tools } from './open-tools.ts';
import { runTool } from './run-tool.ts';

let tools: Tools;
let server: Tools['server'];
let run: Tools['run'];

beforeAll(async () => {
  tools = await openTools();
  ({ server, run } = tools);
});

afterAll(() => tools.close());

const isOneSentence = /^[^\n]+[.:]\n$/;

describe('any command', () => {
  test.each([
    [['--help'], 'tokens'],
    [['-h'], 'doctor'],
    [[], 'doctor'],
    [['clients', '--help'], 'clients update ID'],
    [['clients', 'create', '--help'], '--redirect-uri URI'],
    [['keys', 'rotate', 'set', '--help'], '--keep N'],
    [['frob', '--help'], 'doctor'],
  ])('prints its help: %j', async (args, piece) => {
    const { code, stdout, stderr } = await runTool(args);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(piece);
    expect(stdout).toContain('Exit codes:');
  });

  test('prints the help of one group without the others', async () => {
    expect((await runTool(['clients', '--help'])).stdout).not.toContain('introspect');
  });

  test.each([
    [['--json'], 'Name the command first: doctor, clients, keys, sessions, tokens.'],
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
    [['clients', 'create'], 'Describe the client'],
    [['clients', 'create', '--json'], 'Describe the client'],
    [['clients', 'update', 'a'], 'Say what to change'],
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
  ])('refuses %j with one sentence, and does nothing', async (args, sentence) => {
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

  test('says in one sentence why the server gives no result', async () => {
    const nobody = await startAdminApi(() => {});
    await nobody.close();
    const answering = async (status: number, body: unknown) =>
      (await startAdminApi((_heard, res) => json(res, body, status))).url;
    const silent = await startAdminApi(() => {});
    const cases: [string, string][] = [
      [nobody.url, 'cannot be reached (nothing listens there): check HYDRA_ADMIN_URL.'],
      ['http://portico.invalid:1', 'cannot be reached (its name cannot be resolved)'],
      [silent.url, 'did not answer within 300 ms: check'],
      [await answering(401, { error: { code: 401 } }), 'check HYDRA_ADMIN_TOKEN'],
      [await answering(404, {}), 'There is no admin API at'],
      [
        await answering(500, { error: 'error', error_description: 'disk\u001b[2J full' }),
        'failed with status 500: error, disk[2J full.',
      ],
      [await answering(200, { version: 'v26.2.0' }), 'gave a malformed answer'],
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
});
