import {
  createBrowser,
  NoAnswer,
  type Browser,
  type CheckContext,
  type Report,
  type Visit,
} from '@portico/hydra-tools';
import { kind, readSettings, setting } from '@portico/settings';
import * as v from 'valibot';
import { pathAnswer, type PathAnswer } from '../../doctor/answer.ts';
import { questionHeader, signQuestion } from '../../doctor/question.ts';

type Environment = Record<string, string | undefined>;
export type BaseUrl = NonNullable<ReturnType<typeof kind.baseUrl>>;

/** What the findings of these checks are about. Programs rely on these words. */
export const pathAbouts = [
  'app',
  'certificate',
  'redirects',
  'http',
  'instance',
  'app_path',
  'secret',
  'release',
  'replicas',
  'app_settings',
  'clock',
  'app_server',
  'people',
  'database',
  'proxies',
  'routes',
  'request_headers',
  'answer_headers',
  'login_page',
  'app_cookies',
  'form',
  'cache',
  'security_headers',
  'style',
  'management',
  'left_out',
] as const;

/** The way from a browser to the app, and what the checks of it work with. */
export interface Path {
  baseUrl: BaseUrl;
  /** Empty where COOKIE_SECRET is not set: then no instance can be asked. */
  secrets: readonly string[];
  env: Environment;
  report: Report;
  /** The challenge of a sign-in that waits; `undefined` when the OAuth2 server gave none. */
  challenge: string | undefined;
  newBrowser: () => Browser;
  /** How often a question is asked anew that nobody answered: where some instances cannot. */
  attempts: number;
}

/** Of HYDRA_TIMEOUT_MS: there are many requests, and each instance that hangs would take all the time. */
const patience = 0.6;

/**
 * Reads what the checks need.
 * @returns `undefined` without a BASE_URL; the doctor says so
 * @throws SettingsError
 */
export function pathOf(
  { env, report, signal, timeoutMs }: Omit<CheckContext, 'given'>,
  login: URL | undefined,
): Path | undefined {
  const settings = {
    BASE_URL: setting('the public address of this app', kind.baseUrl),
    COOKIE_SECRET: setting(
      'one or more secrets of 32 characters or more, separated by commas',
      kind.secrets,
      { isSecret: true },
    ),
  };
  const { BASE_URL: baseUrl, COOKIE_SECRET: secrets = [] } = readSettings(settings, env).values;
  if (!baseUrl) return undefined;
  return {
    baseUrl,
    secrets,
    env,
    report,
    challenge: login?.searchParams.get('login_challenge') ?? undefined,
    newBrowser: () => createBrowser({ signal, timeoutMs: timeoutMs * patience }),
    attempts: 1,
  };
}

/** What came back for a question. */
export interface Asked {
  visit: Visit;
  /** `undefined` when nobody answered who has our secret. */
  answer: PathAnswer | undefined;
  /** It is an answer to another question, which something on the way had kept. */
  isKept: boolean;
}

interface AskOptions {
  browser?: Browser;
  headers?: Record<string, string>;
  /** In bytes: how long the headers of the answer shall be. */
  fill?: number;
  /** Whether the instance shall ask what it depends on. */
  parts?: boolean;
}

/**
 * Sends a request that an instance answers by what it saw of it.
 * @param place below BASE_URL, such as `/login`
 * @throws NoAnswer
 */
export async function ask(path: Path, place: string, options: AskOptions = {}): Promise<Asked> {
  for (let attempt = 1; ; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop -- anew only when nobody answered
    const asked = await askOnce(path, place, options);
    if (asked.answer || attempt >= path.attempts) return asked;
  }
}

async function askOnce(
  { baseUrl, secrets, newBrowser }: Path,
  place: string,
  { browser = newBrowser(), headers = {}, fill = 0, parts = false }: AskOptions = {},
): Promise<Asked> {
  const { header, nonce } = signQuestion(secrets, { fill, parts });
  const visit = await browser.visit(baseUrl.href + place, {
    headers: { ...headers, [questionHeader]: header },
  });
  const answer = visit.status === 200 ? parsed(visit.body) : undefined;
  const isKept = answer !== undefined && answer.nonce !== nonce;
  return { visit, answer: isKept ? undefined : answer, isKept };
}

function parsed(body: string): PathAnswer | undefined {
  try {
    const read = v.safeParse(pathAnswer, JSON.parse(body));
    return read.success ? read.output : undefined;
  } catch {
    return undefined;
  }
}

/** The visit, or why there was no answer. */
export async function orNoAnswer<T>(work: Promise<T>): Promise<T | NoAnswer> {
  return work.catch((error: unknown) => {
    if (error instanceof NoAnswer) return error;
    throw error;
  });
}

/** Whether an answer comes from the app, as far as its headers tell: proxies seldom send these. */
export function isFromApp({ headers }: Visit): boolean {
  return headers['x-robots-tag'] === 'noindex' && 'content-security-policy' in headers;
}

/** Who answered, as far as it says so: `, by nginx`. */
export function byWhom({ headers }: Visit): string {
  const { server } = headers;
  return typeof server === 'string' ? `, by ${server}` : '';
}
