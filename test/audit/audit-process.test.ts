/** The audit trail of a real process: what is there when it ends, and what does not end it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { people } from '../support/people.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// A busy machine takes its time.
jest.setTimeout(60_000);
const patienceMs = 30_000;

const folder = temporaryFolder({ 'users.json': JSON.stringify(people) });
const started: ReturnType<typeof spawn>[] = [];
afterAll(() => started.forEach((child) => child.kill('SIGKILL')));

async function until(isSo: () => unknown): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await isSo()) && Date.now() < end) await pause(20);
  expect(await isSo()).toBeTruthy();
}

/** @param stdout a file descriptor that takes the place of the pipe */
async function start(env: Record<string, string>, stdout: number | 'pipe' = 'pipe') {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    env: {
      PATH: process.env['PATH'],
      PORT: String(port),
      HOST: '127.0.0.1',
      BASE_URL: url,
      HYDRA_ADMIN_URL: 'http://127.0.0.1:9',
      COOKIE_SECRET: 'x1'.repeat(16),
      USERS_FILE: join(folder, 'users.json'),
      ...env,
    },
    stdio: ['ignore', stdout, 'pipe'],
  });
  started.push(child);
  let [out, err] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (out += String(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => (err += String(chunk)));
  const ended = once(child, 'close');
  const isAlive = () =>
    fetch(`${url}/health/alive`).then(
      ({ ok }) => ok,
      () => false,
    );
  return {
    child,
    ended,
    isAlive,
    out: () => out,
    err: () => err,
    /** Posts a form that is refused. */
    post: async () => expect((await fetch(`${url}/nowhere`, { method: 'POST' })).status).toBe(404),
    alive: () => until(() => child.exitCode !== null || isAlive()),
  };
}

const parsed = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { audit?: string; count?: number });
const counted = (text: string): number =>
  parsed(text).reduce((sum, { count = 1 }) => sum + count, 0);

describe('a file', () => {
  test('has each line before the answer, is reopened on SIGHUP, and ends with all sums', async () => {
    const file = join(folder, 'audit.log');
    const app = await start({ AUDIT_LOG: file, LOG_LEVEL: 'info' });
    await app.alive();
    await app.post();
    expect(parsed(readFileSync(file, 'utf8'))).toEqual([
      expect.objectContaining({ audit: 'form_refused', address: '127.0.0.1' }),
    ]);
    renameSync(file, `${file}.1`);
    app.child.kill('SIGHUP');
    await until(() => existsSync(file));
    for (let i = 0; i < 20; i++) await app.post();
    app.child.kill('SIGTERM');
    expect(await app.ended).toEqual([0, null]);
    expect(counted(readFileSync(`${file}.1`, 'utf8') + readFileSync(file, 'utf8'))).toBe(21);
    expect(app.out()).not.toContain('"audit"');
    expect(app.err()).toBe('');
  });

  test('that cannot be opened stops the start with one sentence', async () => {
    const file = join(folder, 'none', 'audit.log');
    const app = await start({ AUDIT_LOG: file });
    expect(await app.ended).toEqual([1, null]);
    expect(app.err()).toContain(`AUDIT_LOG is "${file}", which cannot be opened: ENOENT`);
    expect(app.err()).not.toContain('    at ');
  });
});

describe('the standard output', () => {
  test('has the audit trail and nothing else when the log is silent', async () => {
    const app = await start({ LOG_LEVEL: 'silent' });
    await app.alive();
    for (let i = 0; i < 20; i++) await app.post();
    app.child.kill('SIGTERM');
    expect(await app.ended).toEqual([0, null]);
    expect(counted(app.out())).toBe(20);
    expect(parsed(app.out()).every(({ audit }) => audit === 'form_refused')).toBe(true);
  });

  test('on a full disk ends nothing, and is complained about once', async () => {
    const full = openSync('/dev/full', 'w');
    const app = await start({ LOG_LEVEL: 'info' }, full);
    closeSync(full);
    await app.alive();
    for (let i = 0; i < 20; i++) await app.post();
    expect(await app.isAlive()).toBe(true);
    expect(
      app.err().match(/Lines of the log cannot be written and are lost: ENOSPC/g),
    ).toHaveLength(1);
    app.child.kill('SIGTERM');
    expect(await app.ended).toEqual([0, null]);
    expect(app.err()).not.toContain('    at ');
  });
});
