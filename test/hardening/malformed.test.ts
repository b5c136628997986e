import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { fieldsOf, openBrowser, type FormWork, type Page } from '../support/browser.ts';
import { control } from '../support/page.ts';
import { foo, removeUsersFile, writeUsersFile } from '../support/people.ts';
import { noScript, scriptOfSignIn, scriptsIn } from '../support/scripts.ts';
import {
  guarded,
  malformedRequests,
  open,
  openChallenges,
  screens,
  unasked,
  type MalformedRequest,
} from './malformed-requests.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const requestsEach = 1_000;
const atOnce = 24;
/** Patience with an answer that is owed; and with one that may never come. */
const longMs = 20_000;
const shortMs = 150;

interface Process {
  url: string;
  port: number;
  child: ChildProcess;
  lines: Record<string, unknown>[];
  /** What it wrote that is no log. */
  noise: string[];
}

/** The program as an operator starts it, so that whatever would end it ends it. */
async function startProcess(env: Record<string, string>): Promise<Process> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/main.ts'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: '0', HOST: '127.0.0.1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: Record<string, unknown>[] = [];
  const noise: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => noise.push(text));
  let rest = '';
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${noise.join('')}`)));
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const line = JSON.parse(part) as Record<string, unknown>;
        lines.push(line);
        if (line['msg'] === 'listening') resolve(Number(line['port']));
      }
    });
  });
  return { url: `http://127.0.0.1:${port}`, port, child, lines, noise };
}

interface Answer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

/** What came back for these bytes: answers, the end of the connection, or nothing in time. */
async function exchange(port: number, request: MalformedRequest): Promise<Answer[] | 'silence'> {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true });
  const received: Buffer[] = [];
  socket.on('error', () => {}); // a reset is an end like another: `close` follows
  socket.on('data', (data) => received.push(data));
  const closed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)));
  for (const [from, to] of packets(request)) {
    socket.write(request.bytes.subarray(from, to));
    if (to < request.bytes.length) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  const patience = request.isWhole ? longMs : shortMs;
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), patience);
  });
  const isClosed = await Promise.race([closed, over]);
  clearTimeout(timer);
  socket.destroy();
  if (!isClosed && received.length === 0) return 'silence';
  return answersIn(Buffer.concat(received).toString('latin1'));
}

function packets({ bytes, cuts }: MalformedRequest): [number, number][] {
  const ends = [...cuts, bytes.length];
  return ends.map((end, at) => [ends[at - 1] ?? 0, end]);
}

/** Splits what a connection brought into its answers; `latin1` keeps every byte one character. */
function answersIn(text: string): Answer[] {
  const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[^\r\n]+\r\n)*)\r\n/.exec(text);
  if (!head) return text === '' ? [] : [{ status: 0, headers: new Map(), body: text }];
  const [all, status, lines = ''] = head;
  const headers = new Map(
    lines
      .split('\r\n')
      .filter(Boolean)
      .map((line): [string, string] => {
        const [name = '', ...value] = line.split(': ');
        return [name.toLowerCase(), value.join(': ')];
      }),
  );
  // Node says "no body" in chunks to a request that it refuses itself.
  const rest = text.slice(all.length).replace(/^0\r\n\r\n/, '');
  // Without a length, as HTTP/1.0 has it, the body goes on to the end.
  const length = Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY);
  // The answer to a HEAD tells a length too, and nothing follows, or another answer.
  const isBare = Number(status) < 200 || status === '204' || status === '304';
  const body = isBare || rest.startsWith('HTTP/1.1 ') ? '' : rest.slice(0, length);
  const answer = { status: Number(status), headers, body };
  return [answer, ...answersIn(rest.slice(body.length))];
}

const sameHost =
  /^(?:#|\?|\/(?![/\\])|http:\/\/127\.0\.0\.1[:/]|https:\/\/notes\.example\.org(?:\/|$))/;

/** What is wrong with an answer, whatever the request was. */
function complaintsAbout({ status, headers, body }: Answer): string[] {
  const isHtml = headers.get('content-type')?.startsWith('text/html') ?? false;
  const policy = headers.get('content-security-policy') ?? '';
  const links = [...body.matchAll(/\s(?:href|src|action)="([^"]*)"/g)].map(([, address = '']) =>
    address.replaceAll('&amp;', '&'),
  );
  const scripts = scriptsIn(body, policy);
  // Neither the answer to a HEAD nor one that was cut off is a page.
  const isPage = body.includes('</html>');
  const usual = body.includes(' id="password"') ? scriptOfSignIn : noScript;
  const strange = links.filter((address) => !sameHost.test(address));
  const right: Record<string, boolean> = {
    [`status ${status} ${body.slice(0, 200)}`]: status >= 100 && status < 500,
    'is injected with a header': !headers.has('x-injected'),
    'tells what it is made of': !headers.has('x-powered-by'),
    'shows the inside': !/node_modules|\bat \S+ \(|\.ts:\d|\wError: /.test(body),
  };
  if (isHtml) {
    Object.assign(right, {
      [`has the policy "${policy}"`]:
        /default-src 'none'/.test(policy) && /frame-ancestors 'none'/.test(policy),
      'may be sniffed': headers.get('x-content-type-options') === 'nosniff',
      'may be stored': headers.get('cache-control') === 'no-store',
      'has markup of the request': scripts.foreign.length === 0 && !/<img/i.test(body),
      [`has scripts: ${JSON.stringify(scripts)}`]: !isPage || isDeepStrictEqual(scripts, usual),
      [`leads to ${strange.join(' ')}`]: strange.length === 0,
    });
  }
  return Object.entries(right).flatMap(([complaint, isRight]) => (isRight ? [] : [complaint]));
}

/** A request as it can be read in a report. */
function shown({ bytes }: MalformedRequest): string {
  const text = JSON.stringify(bytes.toString('latin1'));
  return text.replace(/(.{1,12}?)\1{15,}/g, '$1$1…').slice(0, 1_500);
}

// Another seed can be tried: FUZZ_SEED=7 npm run test:unit -- malformed
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 20_260);
const worlds = ['got', 'undici'].map((transport, at) => ({ transport, seed: firstSeed + at }));

describe.each(worlds)('with seed $seed, by way of $transport,', ({ transport, seed }) => {
  let stub: AdminStub;
  let usersFile: string;
  let app: Process;

  beforeAll(async () => {
    stub = await startAdminStub();
    usersFile = await writeUsersFile();
    app = await startProcess({
      BASE_URL: 'http://127.0.0.1',
      HYDRA_ADMIN_URL: stub.url,
      HYDRA_PUBLIC_URL: stub.publicUrl,
      HYDRA_TRANSPORT: transport,
      HYDRA_TIMEOUT_MS: '20000',
      COOKIE_SECRET: 'a-secret-for-malformed-requests-0123456789',
      USERS_FILE: usersFile,
      // Their tries are counted by address.
      TRUST_PROXY: 'loopback',
    });
    stub.login(guarded.login_challenge);
    stub.consent(guarded.consent_challenge);
    stub.logout(guarded.logout_challenge);
    stub.device(guarded.device_challenge, 'ABCD2345');
    stub.login(unasked.login_challenge, { skip: true, subject: foo.subject });
    stub.consent(unasked.consent_challenge, { skip: true });
    stub.logout(unasked.logout_challenge, { client: { skip_logout_consent: true } });
    for (let at = 0; at < openChallenges; at++) {
      stub.login(open.login_challenge + at);
      stub.consent(open.consent_challenge + at);
      stub.logout(open.logout_challenge + at);
      stub.device(open.device_challenge + at, 'ABCD2345');
    }
  }, 60_000);

  afterAll(async () => {
    app?.child.kill('SIGKILL');
    await stub.close();
    await removeUsersFile(usersFile);
  });

  const browser = () => openBrowser({ url: app.url, publicUrl: 'http://127.0.0.1' });

  async function ready() {
    const someone = browser();
    const page = await someone.get(`/login?login_challenge=${guarded.login_challenge}`);
    const cookie = page.setCookies.map((line) => line.split(';')[0]).join('; ');
    const sealed = new Map<string, string>();
    for (const [path, name] of Object.entries(screens)) {
      for (let at = 0; at < openChallenges; at++) {
        const challenge = `${open[name]}${at}`;
        const form = await someone.get(`${path}?${name}=${challenge}`);
        sealed.set(challenge, control(form, 'sealed')!.value);
      }
    }
    return { cookie, token: control(page, '_csrf')!.value, sealed };
  }

  test(`${requestsEach} malformed requests get sound answers`, async () => {
    const requests = malformedRequests(seed, requestsEach, await ready());
    // one request of each kind of complaint is enough for a report
    const complaints = new Map<string, string>();
    const statuses = new Map<number | string, number>();
    const next = requests.values();
    async function work(): Promise<void> {
      for (const request of next) {
        const answers = await exchange(app.port, request);
        const found = answers === 'silence' ? ['silence'] : answers.flatMap(complaintsAbout);
        const isOwed = request.isWhole && answers.length === 0;
        const isFine = answers === 'silence' && !request.isWhole;
        const told = [...(isOwed ? ['no answer'] : []), ...(isFine ? [] : found)];
        for (const complaint of told) {
          complaints.set(complaint.slice(0, 30), `${complaint}\n${shown(request)}`);
        }
        const status = answers === 'silence' ? answers : (answers.at(-1)?.status ?? 'closed');
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    }
    await Promise.all(Array.from({ length: atOnce }, work));
    expect([...complaints.values()]).toEqual([]);
    // They reach every part: pages, answers that go on, and every kind of refusal.
    const kinds = [200, 400, 403, 404, 405, 413, 431];
    expect(kinds.filter((status) => !statuses.has(status))).toEqual([]);
  }, 120_000);

  test('no request without the right token answered anything', () => {
    const answered = stub.sent().map(({ challenge = '' }) => challenge);
    expect(answered.filter((challenge) => /^(guarded|unasked)/.test(challenge))).toEqual([]);
    expect(answered.filter((challenge) => challenge.startsWith('open')).length).toBeGreaterThan(5);
  });

  test('nothing was granted that was not asked for', () => {
    const granted = stub.sent('consent.accept').flatMap(({ body }) => body?.['grant_scope']);
    expect(granted.length).toBeGreaterThan(0);
    expect(granted.filter((scope) => !['openid', 'profile'].includes(String(scope)))).toEqual([]);
  });

  test('it found no fault of its own, and works as before', async () => {
    expect(app.child.exitCode).toBeNull();
    expect(app.noise).toEqual([]);
    expect(app.lines.filter(({ level }) => Number(level) >= 50)).toEqual([]);
    stub.login('one-more');
    const someone = browser();
    const form = await someone.get('/login?login_challenge=one-more');
    const fill = { email: foo.email, password: 'foobar' };
    const left = await someone.submit(form, {
      press: 'accept',
      fill,
      headers: { 'X-Forwarded-For': '10.9.9.9' },
    });
    expect(left.leadsTo).toContain('login_verifier=');
  });

  test('it ends in order when it is told to', async () => {
    const exited = once(app.child, 'exit');
    app.child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(app.lines.at(-1)).toMatchObject({ msg: 'stopped' });
  }, 20_000);
});

describe('a post with a broken token', () => {
  let stub: AdminStub;
  let app: TestApp;

  beforeAll(async () => {
    stub = await startAdminStub();
    app = await startApp(stub);
  });

  afterAll(async () => {
    await app.close();
    await stub.close();
  });

  const broken: Record<string, FormWork> = {
    'no token': { forge: { _csrf: undefined } },
    'an empty token': { forge: { _csrf: '' } },
    'a token of its own': { forge: { _csrf: 'aaaaaaaa-aaaaaaaaaaaaaaaaaaaaaaaaaaa' } },
    'half a token': { forge: { _csrf: 'aaaaaaaa' } },
    'a second token': { add: [['_csrf', 'x']] },
    'the token of another name': { forge: { _csrf: undefined }, add: [['_csrf[]', 'x']] },
    'a token in its headers': {
      forge: { _csrf: undefined },
      headers: { 'X-CSRF-Token': 'x', 'X-XSRF-Token': 'x' },
    },
    'a page of another site': { headers: { 'Sec-Fetch-Site': 'cross-site' } },
    'a page of a neighbour': { headers: { 'Sec-Fetch-Site': 'same-site' } },
    'no page at all': { headers: { 'Sec-Fetch-Site': 'none' } },
  };

  const screens: Record<string, () => string> = {
    login: () => `/login?login_challenge=${stub.login('l')}`,
    consent: () => `/consent?consent_challenge=${stub.consent('c')}`,
    logout: () => `/logout?logout_challenge=${stub.logout('o')}`,
    device: () => `/device/verify?device_challenge=${stub.device('d', 'ABCD2345')}`,
  };

  test.each(Object.keys(screens))('is never acted on by the page of %s', async (name) => {
    const mine = app.browser();
    const form = await mine.get(screens[name]!());
    const token = control(form, '_csrf')!.value;
    const fill =
      name === 'login'
        ? { email: foo.email, password: 'foobar' }
        : name === 'device'
          ? { code: 'ABCD2345' }
          : {};
    const usual = { press: 'accept', fill };

    async function expectRefusal(what: string, answer: Page) {
      expect([what, answer.status]).toEqual([what, 403]);
      expect([what, control(answer, '_csrf')?.value]).toEqual([what, expect.any(String)]);
      expect([what, answer.leadsTo]).toEqual([what, undefined]);
      expect(answer.html).not.toContain('foobar');
      expect(Object.keys(mine.cookies()).join()).not.toMatch(/_(session|known)/);
      expect(stub.sent()).toEqual([]);
    }

    for (const [what, work] of Object.entries(broken)) {
      await expectRefusal(what, await mine.submit(form, { ...usual, ...work }));
    }
    // Older browsers do not say which kind of page a form comes from, only whose.
    const body = new URLSearchParams(fieldsOf(form.forms[0]!, usual)).toString();
    const send = (Origin: string) =>
      mine.send('post', form.forms[0]!.action, { headers: { Origin }, body });
    for (const origin of ['http://evil.example', `${app.publicUrl}1`, 'https://127.0.0.1']) {
      await expectRefusal(`the origin ${origin}`, await send(origin));
    }

    // Another browser, with a cookie of its own, with none, and with one that is not signed.
    const theirs = app.browser();
    await theirs.get(screens[name]!());
    await expectRefusal('the token of another browser', await theirs.submit(form, usual));
    await expectRefusal('no cookie', await app.browser().submit(form, usual));
    const forger = app.browser();
    for (const value of [token, 's:abc.def', 's%3Aabc.def', 'j%3A%7B%7D']) {
      forger.dropCookies();
      forger.setCookie(app.cookie('csrf'), value);
      await expectRefusal(`the cookie ${value}`, await forger.submit(form, usual));
    }

    const done = await mine.submit(form, usual);
    expect(done.leadsTo).toContain('_verifier=');
    expect(stub.sent()).toHaveLength(1);
    stub.reset();
  });
});
