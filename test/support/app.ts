/** The real app on a real port, in front of an admin API of the tests. */
import type { RequestListener } from 'node:http';
import { afterAll } from '@jest/globals';
import { pino } from 'pino';
import { createApp } from '../../src/app.ts';
import { assemble, type Parts } from '../../src/assemble.ts';
import { loadConfig } from '../../src/config.ts';
import type { Log } from '../../src/web/log.ts';
import { startServer } from '../../src/web/server.ts';
import { openBrowser, type Browser } from './browser.ts';
import { removeUsersFile, writeUsersFile } from './people.ts';

export type LogLine = Record<string, unknown> & { level: number; msg: string };

export interface TestApp {
  /** Where it listens, with the path of its BASE_URL. */
  url: string;
  /** Its BASE_URL. */
  publicUrl: string;
  parts: Parts;
  /** All lines so far, when LOG_LEVEL is set. */
  logs: LogLine[];
  /** A new browser at it; `headers` go with each request. */
  browser(headers?: Record<string, string>): Browser;
  /** At the end of a test file this happens by itself, also when a test failed before it. */
  close(): Promise<void>;
}

export interface TestAppOptions {
  /** Entries of the users file. */
  people?: unknown;
  /** Puts other parts in place, such as an `identity` that counts. */
  change?: (parts: Parts) => Parts;
}

const running = new Set<() => Promise<void>>();
afterAll(() => Promise.all([...running].map((close) => close())));

export const cookieSecret = 'the-cookie-secret-of-the-tests-0123456789';

/**
 * @param stub where the admin API is
 * @param env settings beside the needed ones, checked as always. BASE_URL may have `{port}`. With a
 *   LOG_LEVEL the lines are kept in `logs`; without one nothing is written
 */
export async function startApp(
  stub: { url: string; publicUrl: string },
  env: Record<string, string | undefined> = {},
  { people, change = (parts) => parts }: TestAppOptions = {},
): Promise<TestApp> {
  // The app must know its address, and so its port, before it is made.
  let listener: RequestListener = (_req, res) => res.writeHead(503).end();
  const server = await startServer((req, res) => listener(req, res), {
    port: 0,
    host: '127.0.0.1',
  });
  const closing = [() => server.stop(1_000)];
  async function close(): Promise<void> {
    running.delete(close);
    for (const end of closing.splice(0)) await end();
  }
  running.add(close);
  const usersFile = await writeUsersFile(people);
  closing.push(() => removeUsersFile(usersFile));
  const config = loadConfig({
    HYDRA_ADMIN_URL: stub.url,
    HYDRA_PUBLIC_URL: stub.publicUrl,
    COOKIE_SECRET: cookieSecret,
    USERS_FILE: usersFile,
    LOG_LEVEL: 'silent',
    ...env,
    BASE_URL: (env['BASE_URL'] ?? 'http://127.0.0.1:{port}').replace('{port}', `${server.port}`),
  });
  const logs: LogLine[] = [];
  const made = await assemble(config, keptLog(config.log.level, logs));
  closing.push(
    () => made.hydra.close(),
    () => made.identity.close(),
  );
  const parts = change(made);
  listener = createApp(parts);
  const { href: publicUrl, path } = config.web.baseUrl;
  const url = `http://127.0.0.1:${server.port}${path}`;
  return {
    url,
    publicUrl,
    parts,
    logs,
    browser: (headers = {}) => openBrowser({ url, publicUrl, headers }),
    close,
  };
}

/** Lines as production writes them, kept. */
function keptLog(level: string, logs: LogLine[]): Log {
  const keep = { write: (line: string) => void logs.push(JSON.parse(line) as LogLine) };
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, keep);
}
