/** `portico limits` and the doctor, at a running app by its control socket. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { usualControlSocket } from '../../src/limits/control-path.ts';
import { openControl, startControl, type Control } from '../../src/limits/control.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { runPortico } from '../support/portico.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let stub: AdminStub;
let app: TestApp;
let control: Control;
const socket = join(temporaryFolder({}), 'control.sock');

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { TRUST_PROXY: '1' });
  control = await startControl(socket, app.parts);
});
beforeEach(async () => {
  await app.parts.loginLimiter.clear('all');
  await app.parts.deviceLimiter.clear('all');
});
afterAll(async () => {
  await control.close();
  await app.close();
  await stub.close();
});

const run = async (args: string[], env: Record<string, string> = { CONTROL_SOCKET: socket }) =>
  runPortico(args, { env });

async function guess(email: string, from: string, times: number): Promise<number> {
  const browser = app.browser({ 'X-Forwarded-For': from });
  const address = addressOf('/login', 'login_challenge', stub.login(newChallenge()));
  const form = await browser.get(address);
  let status = 0;
  for (let i = 0; i < times; i++) {
    ({ status } = await browser.submit(form, { fill: { email, password: 'wrong' } }));
  }
  return status;
}

describe('limits list', () => {
  test('says that nobody has to wait', async () => {
    expect(await run(['limits', 'list'])).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'Nobody has to wait.\n',
    });
  });

  test('names who has to wait, by address and by the mark of the login', async () => {
    await guess('ada@example.org', '203.0.113.7', 5);
    await guess('eva@example.org', '2001:db8::1', 5);
    const mark = app.parts.loginMark('Ada@Example.org');
    const { code, stdout, stderr } = await run(['limits', 'list']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^WHO +LIMIT +WRONG +WAITS\n/);
    expect(stdout).toMatch(
      new RegExp(`^${mark} 203\\.0\\.113\\.7 +account_from_address +5 +\\d+ s$`, 'm'),
    );
    expect(stdout).toContain('2001:db8:0:0::/64');
    expect(stdout).not.toContain('example.org');
    const json = await run(['limits', 'list', '--json', '--login', 'ADA@example.org']);
    expect(JSON.parse(json.stdout)).toEqual({
      limits: [
        {
          limit: 'account_from_address',
          key: `${mark} 203.0.113.7`,
          wrong: 5,
          waitSeconds: expect.any(Number),
        },
      ],
    });
    const byAddress = await run(['limits', 'list', '--address', '2001:DB8::9']);
    expect(byAddress.stdout).toContain('2001:db8:0:0::/64');
    expect(byAddress.stdout).not.toContain('203.0.113.7');
  });
});

describe('limits clear', () => {
  test.each([
    ['--login', ' FOO@bar.com'],
    ['--address', '203.0.113.7'],
    ['FOO@bar.com'],
    ['203.0.113.7'],
  ])('lets somebody try again: %s', async (...who) => {
    expect(await guess(foosLogin.email, '203.0.113.7', 6)).toBe(429);
    expect(await guess('eva@example.org', '203.0.113.8', 6)).toBe(429);
    const { code, stderr } = await run(['limits', 'clear', ...who]);
    expect([code, stderr]).toEqual([0, 'Forgot 2 counts.\n']);
    expect(await guess(foosLogin.email, '203.0.113.7', 1)).toBe(400);
    expect(await guess('eva@example.org', '203.0.113.8', 1)).toBe(429);
  });

  test('forgets everything when asked to', async () => {
    await guess('ada@example.org', '203.0.113.7', 5);
    const { stdout } = await run(['limits', 'clear', '--all', '--json']);
    expect(JSON.parse(stdout)).toEqual({ cleared: 3 });
    expect((await run(['limits', 'list'])).stderr).toBe('Nobody has to wait.\n');
  });

  test.each([
    [[]],
    [['--all', '--login', 'ada']],
    [['--login', 'ada', '--address', '203.0.113.7']],
    [['--address', 'office']],
    [['ada', '--all']],
    [['ada', '--login', 'ada']],
    [['ada', 'eva']],
  ])('needs to know whose, one at a time: %j', async (options) => {
    const { code, stdout, stderr } = await run(['limits', 'clear', ...options]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(
      /^(limits clear needs one of|--address must be|Name a login|limits clear takes only WHO)/,
    );
  });
});

describe('the control socket', () => {
  test('is for the user of the process alone', () => {
    expect(statSync(socket).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['is off', { CONTROL_SOCKET: 'off' }, 2, 'There is no socket to ask'],
    ['is not there', { PORT: '1' }, 1, 'No Portico listens at'],
    ['has nobody behind it', { CONTROL_SOCKET: '/nowhere/x.sock' }, 1, 'No Portico listens at'],
  ])('that %s is one sentence', async (_how, env, code, sentence) => {
    const result = await run(['limits', 'list'], env);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).toContain(sentence);
    expect(result.stderr.trim().split('\n')).toHaveLength(1);
  });

  test('is not taken from another process, and no other file is removed for it', async () => {
    await expect(startControl(socket, app.parts)).rejects.toThrow(/another process listens/);
    const file = join(temporaryFolder({ 'users.json': '[]' }), 'users.json');
    await expect(startControl(file, app.parts)).rejects.toThrow(/is not a socket/);
    expect(statSync(file).size).toBe(2);
    await expect(startControl('/nowhere/x.sock', app.parts)).rejects.toThrow(/ENOENT|EACCES/);
  });

  test('answers malformed commands, and goes on', async () => {
    const ask = async (request: string) => {
      const connection = connect(socket).end(request);
      return text(connection);
    };
    const body = '{"login":5}';
    const post = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expect(await ask(post('/limits/clear'))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ask('GET /nothing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 404 /,
    );
    expect((await run(['limits', 'list'])).code).toBe(0);
  });

  test('is found by the port when no path is set, in a folder that is ours alone', async () => {
    const port = 61_000 + (process.pid % 4_000);
    const usual = usualControlSocket(port)!;
    const own = await openControl(undefined, port, app.parts);
    expect(statSync(dirname(usual)).mode & 0o777).toBe(0o700);
    expect((await run(['limits', 'list'], { PORT: `${port}` })).code).toBe(0);
    const warn = jest.fn();
    const log = { warn };
    expect(await openControl(undefined, port, { ...app.parts, log })).toBeUndefined();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(await openControl('off', port, app.parts)).toBeUndefined();
    expect(await openControl(undefined, 0, app.parts)).toBeUndefined();
    await own?.close();
    await expect(openControl('/nowhere/x.sock', port, app.parts)).rejects.toThrow(/ENOENT|EACCES/);
  });

  test('is not asked in a folder that others may open: they would learn the login', async () => {
    const TMPDIR = temporaryFolder({});
    const folder = join(TMPDIR, `portico-${process.getuid!()}`);
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    const theirs = await startControl(join(folder, '3999.sock'), app.parts);
    const clear = async (): Promise<string> => {
      const args = ['--import', 'tsx', 'src/cli/portico.ts', 'limits', 'clear', '--login', 'ada'];
      const env = { PATH: process.env['PATH'], TMPDIR, PORT: '3999' };
      const command = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      return text(command.stderr);
    };
    expect(await clear()).toContain('others may open it: set CONTROL_SOCKET');
    chmodSync(folder, 0o700);
    expect(await clear()).toBe('Forgot 0 counts.\n');
    await theirs.close();
  }, 60_000);

  test('is not taken from a process that is too busy to answer', async () => {
    const path = join(temporaryFolder({}), 'busy.sock');
    const script = `require('net').createServer().listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => console.log('here'))`;
    const busy = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(busy.stdout, 'data');
    busy.kill('SIGSTOP');
    const waiting = Array.from({ length: 4 }, () => connect(path).on('error', () => undefined));
    await expect(startControl(path, app.parts)).rejects.toThrow(/another process listens/);
    expect(statSync(path).isSocket()).toBe(true);
    busy.kill('SIGKILL');
    for (const socket of waiting) socket.destroy();
  });

  test('of a process that was killed is replaced', async () => {
    const path = join(temporaryFolder({}), 'left.sock');
    const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', script])).toThrow();
    expect(statSync(path).isSocket()).toBe(true);
    const replaced = await startControl(path, app.parts);
    expect((await run(['limits', 'list'], { CONTROL_SOCKET: path })).code).toBe(0);
    await replaced.close();
  });
});

describe('the doctor', () => {
  const findings = async () => {
    const { stdout } = await run(['doctor', '--json']);
    const { findings: all } = JSON.parse(stdout) as { findings: Record<string, unknown>[] };
    return all.filter(({ about }) => about === 'proxies');
  };

  test('finds that all browsers seem to come from one address', async () => {
    for (let i = 0; i < 40; i++) {
      await app.browser({ 'X-Forwarded-For': `203.0.113.${i}, 10.0.0.2` }).get('/');
    }
    expect(await findings()).toMatchObject([{ level: 'fault', setting: 'TRUST_PROXY' }]);
    for (let i = 0; i < 40; i++) {
      await app.browser({ 'X-Forwarded-For': `203.0.113.${i}` }).get('/');
    }
    expect(await findings()).toMatchObject([{ level: 'ok' }]);
  });

  test('says when it cannot ask', async () => {
    const { stdout } = await run(['doctor', '--json'], { CONTROL_SOCKET: '/nowhere/x.sock' });
    expect(stdout).toContain('No Portico listens at /nowhere/x.sock');
    const without = await run(['doctor', '--json'], { CONTROL_SOCKET: 'off' });
    expect(without.stdout).not.toContain('proxies');
  });
});
