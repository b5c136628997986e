/** What a process writes when it starts, cannot start, or ends by a bug; its standard output is a pipe. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterAll, expect, jest, test } from '@jest/globals';
import { cookieSecret } from '../support/app.ts';
import { removeUsersFile, writeUsersFile } from '../support/people.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// A busy machine takes its time.
jest.setTimeout(120_000);

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const usersFile = await writeUsersFile();
const folder = temporaryFolder({ 'secret.txt': cookieSecret });
afterAll(() => removeUsersFile(usersFile));

const env = {
  PATH: process.env['PATH'],
  PORT: '0',
  HOST: '127.0.0.1',
  BASE_URL: 'http://127.0.0.1:3999',
  HYDRA_ADMIN_URL: 'http://127.0.0.1:9',
  COOKIE_SECRET_FILE: `${folder}/secret.txt`,
  CONTROL_SOCKET: 'off',
  HTTPS_PROXY: 'http://me:sesame@proxy.example:8080',
  FORGOT_PASSWORD_URL: 'https://me:sesame@example.org/forgot',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:sesame@127.0.0.1:9',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=sesame',
  USERS_FILE: usersFile,
};
const main = ['--import', 'tsx', 'src/main.ts'];

function linesOf(out: string): Record<string, unknown>[] {
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('the first line says version, Node and settings; every line, who writes it', async () => {
  const run = async () => {
    const child = spawn(process.execPath, main, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += String(chunk);
      if (out.includes('"listening"')) child.kill('SIGTERM');
    });
    await once(child, 'close');
    return { out, status: child.exitCode };
  };
  const [{ out, status }, other] = await Promise.all([run(), run()]);
  expect(status).toBe(0);
  const lines = linesOf(out);
  const { instance } = lines[0]!;
  const [otherFirst] = linesOf(other.out);
  expect(otherFirst?.['instance']).not.toBe(instance);
  for (const line of lines) {
    expect(line).toMatchObject({ service: 'portico', version, instance });
  }
  expect(lines[0]).toMatchObject({ level: 30, msg: 'starting', node: process.version });
  expect(lines[0]?.['settings']).toMatchObject({
    PORT: '0',
    KEEP_ALIVE_SECONDS: '75',
    HYDRA_ADMIN_URL: 'http://127.0.0.1:9',
    COOKIE_SECRET: 'set',
    HTTPS_PROXY: 'set',
    FORGOT_PASSWORD_URL: 'https://…@example.org/forgot',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://…@127.0.0.1:9',
    OTEL_EXPORTER_OTLP_HEADERS: 'set',
  });
  expect(out).not.toContain('sesame');
  expect(out).not.toContain(cookieSecret);
  expect(lines.at(-1)).toMatchObject({ msg: 'stopped' });
});

test.each([
  [
    'settings',
    { PORT: '99999', COOKIE_SECRET: 'sesame', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    ['PORT is "99999"', 'COOKIE_SECRET is a value', 'OTEL_EXPORTER_OTLP_PROTOCOL is "grpc"'],
  ],
  ['a file', { USERS_FILE: `${folder}/secret.txt` }, ['']],
  ['a host', { HOST: 'no-such-host.invalid' }, ['HOST is "no-such-host.invalid"']],
  ['a database', { DATABASE_URL: 'pglite:/proc/none' }, ['']],
])('what is wrong with %s at start is a line, too', (_what, wrong, faults) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, main, {
    env: { ...env, LOG_LEVEL: 'silent', ...wrong },
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  const lines = linesOf(stdout);
  expect(lines).toEqual([
    {
      level: 60,
      time: expect.any(String),
      service: 'portico',
      version,
      instance: expect.any(String),
      faults: faults.map((fault) => expect.stringContaining(fault)),
      msg: 'Portico cannot run',
    },
  ]);
  for (const fault of lines[0]!['faults'] as string[]) expect(stderr).toContain(fault);
  expect(stdout + stderr).not.toContain('sesame');
  expect(stderr).not.toMatch(/^\s+at /m);
});

test.each([
  ['throw', 'setImmediate(() => { throw new Error("a bug of ours"); })'],
  ['promise', 'void Promise.reject(new Error("a bug of ours"))'],
])('a bug that nobody catches (%s) is one line with its stack, and the end', async (_how, bug) => {
  const fork = temporaryFolder({
    'main.mjs': `await import(${JSON.stringify(`${process.cwd()}/src/main.ts`)}); ${bug};`,
  });
  const child = spawn(process.execPath, ['--import', 'tsx', `${fork}/main.mjs`], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  if (child.exitCode === null) await once(child, 'exit');
  expect(child.exitCode).toBe(1);
  const last = linesOf(out).at(-1);
  expect(last).toMatchObject({
    level: 60,
    service: 'portico',
    msg: 'Portico ends',
    err: { type: 'Error', message: 'a bug of ours', stack: expect.stringContaining('main.mjs') },
  });
  expect(err).toContain('a bug of ours');
});
