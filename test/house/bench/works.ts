import type { Answer } from './answer-reader.ts';
import type { BenchRequest, Connection } from './connection.ts';
import { freshChallenge } from './fresh-challenge.ts';
import { mostVisitors, type Work } from './load.ts';
import { filledIn, readForm, unescaped, type Person } from './read-form.ts';

/** Who signs in: the password of some costs as much to check as the app likes, of others next to nothing. */
export type Hashing = 'usual' | 'cheapest';

/** An app under test, as far as the work goes. */
export interface Site {
  /** Where its `/login` and `/consent` are. */
  url: URL;
  personOf(visitor: number, hashing: Hashing): Person;
}

/** The subject of a visitor: three characters. */
export function subjectOf(visitor: number, hashing: Hashing): string {
  return `${hashing === 'usual' ? 'u' : 'c'}${String(visitor).padStart(2, '0')}`;
}

/** The subjects of all visitors that there can be. */
export function subjects(hashing: Hashing): string[] {
  return Array.from({ length: mostVisitors }, (_, visitor) => subjectOf(visitor, hashing));
}

/** What a browser says with every request. */
const browserHeaders = [
  'User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/143.0.0.0 Safari/537.36',
  'Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'Accept-Encoding: gzip, deflate, br, zstd',
  'Accept-Language: en-GB,en;q=0.9,de;q=0.8',
  'Upgrade-Insecure-Requests: 1',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-User: ?1',
  '',
].join('\r\n');
const arriving = `${browserHeaders}Sec-Fetch-Site: cross-site\r\n`;

export const workNames = ['login', 'consent', 'journey', 'journeyWithHashing'] as const;
export type WorkName = (typeof workNames)[number];

/** All there is to do at a site, by name. */
export function worksAt(site: Site): Record<WorkName, Work> {
  return {
    login: page(site, 'login'),
    consent: page(site, 'consent'),
    journey: journey(site, 'cheapest'),
    journeyWithHashing: journey(site, 'usual'),
  };
}

type Step = 'login' | 'consent';

/** A look at a page by a browser that was never here before. */
function page(site: Site, step: Step): Work {
  return {
    name: step,
    async run(connection, visitor) {
      const path = pathOf(site, step, freshChallenge(subjectOf(visitor, 'cheapest')));
      const answer = await connection.send({ method: 'GET', path, headers: arriving });
      expectPage(answer, path);
    },
  };
}

/** A whole sign-in, by a browser that was never here before: two forms, filled in and sent. */
function journey(site: Site, hashing: Hashing): Work {
  return {
    name: 'journey',
    async run(connection, visitor) {
      const browser = createBrowser(site, connection);
      const person = site.personOf(visitor, hashing);
      for (const step of ['login', 'consent'] as const) {
        const challenge = freshChallenge(subjectOf(visitor, hashing));
        await answerForm({ site, browser, person }, step, challenge);
      }
    },
  };
}

/**
 * A sign-in alone, by a browser that was never here before.
 * @returns the milliseconds from the sent password to the whole answer
 */
export async function signIn(
  site: Site,
  connection: Connection,
  visitor: number,
  hashing: Hashing,
): Promise<number> {
  const browser = createBrowser(site, connection);
  const person = site.personOf(visitor, hashing);
  const challenge = freshChallenge(subjectOf(visitor, hashing));
  return answerForm({ site, browser, person }, 'login', challenge);
}

interface Visit {
  site: Site;
  browser: ReturnType<typeof createBrowser>;
  person: Person;
}

/** Opens a form, fills it in, and sends it. @returns the milliseconds that the sent form took */
async function answerForm(
  { site, browser, person }: Visit,
  step: Step,
  challenge: string,
): Promise<number> {
  const path = pathOf(site, step, challenge);
  const shown = await browser.get(path);
  expectPage(shown, path);
  const form = readForm(shown.body);
  const action = new URL(form.action, new URL(path, site.url));
  const start = performance.now();
  const answer = await browser.post(action.pathname + action.search, filledIn(form, person));
  const ms = performance.now() - start;
  expectToLeave(answer, `${step}_verifier=`);
  return ms;
}

function pathOf({ url }: Site, step: Step, challenge: string): string {
  const base = url.pathname.replace(/\/$/, '');
  return `${base}/${step}?${step}_challenge=${encodeURIComponent(challenge)}`;
}

function expectPage({ status, body }: Answer, path: string): void {
  if (status !== 200 || !body.includes('<form')) {
    throw new Error(`${path.split('?')[0]} should show a form, but said ${status}:\n${body}`);
  }
}

/** The server's next address may stand in a redirect, or in a page that moves on by itself. */
function expectToLeave({ status, head, body }: Answer, verifier: string): void {
  const location = /\r\nlocation: *(\S+)/i.exec(head)?.[1];
  const refresh = /http-equiv=["']?refresh["']? content="\d+; *url=([^"]*)"/i.exec(body)?.[1];
  const target = location ?? unescaped(refresh ?? '');
  if (status >= 400 || !target.includes(verifier)) {
    throw new Error(`A form should lead to a ${verifier}, but the answer was ${status}:\n${body}`);
  }
}

/** Keeps cookies, and says with a form what browsers say. */
function createBrowser({ url }: Site, connection: Connection) {
  const jar = new Map<string, string>();
  const posting =
    `${browserHeaders}Sec-Fetch-Site: same-origin\r\nOrigin: ${url.origin}\r\n` +
    'Content-Type: application/x-www-form-urlencoded\r\n';

  async function send(request: BenchRequest): Promise<Answer> {
    const cookies = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = request.headers + (cookies ? `Cookie: ${cookies}\r\n` : '');
    const answer = await connection.send({ ...request, headers });
    for (const [, name, value] of answer.head.matchAll(/\r\nset-cookie: *([^=]+)=([^;\r]*)/gi)) {
      jar.set(name!, value!);
    }
    return answer;
  }

  return {
    get: (path: string) => send({ method: 'GET', path, headers: arriving }),
    post: (path: string, body: string) => send({ method: 'POST', path, headers: posting, body }),
  };
}
