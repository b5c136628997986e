/** The app in front of an admin API of the tests. */
import { afterAll } from '@jest/globals';
import type { Parts } from '../../src/assemble.ts';
import { cookieName } from '../../src/web/cookies.ts';
import { openBrowser, type Browser } from './browser.ts';
import { removeUsersFile, writeUsersFile } from './people.ts';
import { serveApp, type AuditLine, type LogLine, type Settings } from './serve-app.ts';

export interface TestApp {
  /** Where it listens, with the path of its BASE_URL. */
  url: string;
  /** The management port, when MANAGEMENT_PORT is set. */
  managementUrl: string;
  /** Its BASE_URL. */
  publicUrl: string;
  parts: Parts;
  /** The name of one of its cookies: `csrf`, `session` … */
  cookie(purpose: string): string;
  /** All lines so far, when LOG_LEVEL is set. */
  logs: LogLine[];
  /** All lines of the audit trail so far, unless AUDIT_LOG names a file. */
  audits: AuditLine[];
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
 *   LOG_LEVEL the lines are kept in `logs`; without one nothing is logged
 */
export async function startApp(
  stub: { url: string; publicUrl: string },
  env: Settings = {},
  { people, ...options }: TestAppOptions = {},
): Promise<TestApp> {
  const { BASE_URL: publicUrl = 'http://127.0.0.1:{port}', ...others } = env;
  const usersFile = await writeUsersFile(people);
  const settingsAt = (port: number): Settings => ({
    HYDRA_ADMIN_URL: stub.url,
    HYDRA_PUBLIC_URL: stub.publicUrl,
    COOKIE_SECRET: cookieSecret,
    USERS_FILE: usersFile,
    LOG_LEVEL: 'silent',
    ...others,
    BASE_URL: publicUrl.replace('{port}', `${port}`),
  });
  const served = await serveApp(settingsAt, options);
  const { port, managementPort, parts, logs, audits } = served;

  async function close(): Promise<void> {
    if (!running.delete(close)) return;
    await served.close();
    await removeUsersFile(usersFile);
  }
  running.add(close);
  const { href, path } = parts.config.web.baseUrl;
  const url = `http://127.0.0.1:${port}${path}`;
  return {
    url,
    managementUrl: `http://127.0.0.1:${managementPort}`,
    publicUrl: href,
    parts,
    cookie: (purpose) => cookieName(parts.config.web.baseUrl, purpose),
    logs,
    audits,
    browser: (headers = {}) => openBrowser({ url, publicUrl: href, headers }),
    close,
  };
}
