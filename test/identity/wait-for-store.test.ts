/** A user store that is away when Portico starts. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { IdentityError } from '../../src/identity/backend.ts';
import { waitForStore } from '../../src/identity/wait-for-store.ts';
import { removeUsersFile, writeUsersFile } from '../support/people.ts';

type Line = [level: string, details: object];

/** Opens a store that is away for the first tries, and tells what was logged and how long it paused. */
async function openAfter(tries: number, fault: Error = new IdentityError('down', 'no route')) {
  const lines: Line[] = [];
  const pauses: number[] = [];
  const at = (level: string) => (details: object) => void lines.push([level, details]);
  const log = { info: at('info'), warn: at('warn'), error: at('error') };
  let asked = 0;
  const open = async () => {
    asked += 1;
    if (asked <= tries) throw fault;
    return 'open';
  };
  const pause = async (ms: number) => void pauses.push(ms / 1000);
  const opened = await waitForStore(open, log, pause).catch((error: unknown) => error);
  return { opened, lines, pauses };
}

describe('a user store that is away at start', () => {
  test('is asked again after a growing pause, and the log says so each time', async () => {
    const { opened, lines, pauses } = await openAfter(7);
    expect(opened).toBe('open');
    expect(pauses).toEqual([1, 2, 4, 8, 10, 10, 10]);
    expect(lines).toEqual([
      ...pauses.map((seconds) => ['warn', { reason: 'no route', seconds }]),
      ['info', {}],
    ]);
  });

  test('is not waited for where it is there', async () => {
    expect(await openAfter(0)).toEqual({ opened: 'open', lines: [], pauses: [] });
  });

  test.each([
    ['settings', new Error('PEOPLE is a list without an end')],
    ['a crowd', new IdentityError('busy', 'come back later')],
  ])('is not waited for where the fault is another: %s', async (_what, fault) => {
    expect(await openAfter(1, fault)).toEqual({ opened: fault, lines: [], pauses: [] });
  });
});

describe('the program', () => {
  jest.setTimeout(60_000);
  let usersFile: string;
  beforeAll(async () => {
    usersFile = await writeUsersFile();
  });
  afterAll(() => removeUsersFile(usersFile));

  /** @param tries how often the store is away; @param signalWhen what the log says then */
  async function run(tries: number, signalWhen: RegExp) {
    const main = ['--import', 'tsx', 'test/support/main-before-store.ts'];
    const child = spawn(process.execPath, main, {
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        HOST: '127.0.0.1',
        BASE_URL: 'http://127.0.0.1:3000',
        HYDRA_ADMIN_URL: 'http://127.0.0.1:9',
        COOKIE_SECRET: 'x1'.repeat(16),
        CONTROL_SOCKET: 'off',
        USERS_FILE: usersFile,
        TRIES_AWAY: String(tries),
      },
      timeout: 50_000,
    });
    let [out, err] = ['', ''];
    let isTold = false;
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
      if (signalWhen.test(out) && !isTold) isTold = child.kill('SIGTERM');
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, out, err };
  }

  test('opens its port once the store is there', async () => {
    const { code, out, err } = await run(1, /"msg":"listening"/);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(/does not answer[^]*the user store answers[^]*listening[^]*stopped/);
  });

  test('stops while it waits, and has opened no port', async () => {
    const { code, out, err } = await run(1_000, /the user store does not answer/);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).not.toContain('listening');
  });
});
