import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { consentRequest, loginRequest, logoutRequest } from '../support/admin-requests.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { FormWork, Page } from '../support/browser.ts';
import { link } from '../support/page.ts';
import { foo } from '../support/people.ts';
import { noScript, scriptOfSignIn, scriptsIn } from '../support/scripts.ts';
import { words } from '../support/words.ts';
import {
  badAnswers,
  badTargets,
  marker,
  misfitsOf,
  misfitted,
  type BadAnswer,
} from './bad-answers.ts';

// A busy machine takes its time.
jest.setTimeout(60_000);

/** Something a person does that needs one operation of the admin API. */
interface Doing {
  what: string;
  operation: string;
  make: (challenge: string) => unknown;
  path: string;
  /** What is done with the form at the path; without it, opening the path is all. */
  work?: FormWork;
  isWell: (page: Page) => boolean;
}

const signIn: FormWork = { press: 'accept', fill: { email: foo.email, password: 'foobar' } };
/** It asks once: "Not you?" may be a form of its own. */
const showsForm = ({ status, forms }: Page) => {
  const answers = forms.flatMap(({ controls }) => controls.filter(({ id }) => id === 'accept'));
  return status === 200 && answers.length === 1;
};
const leads = ({ leadsTo }: Page) => /_verifier=/.test(leadsTo ?? '');
const saysThatNothingHappened = ({ status, forms, leadsTo }: Page) =>
  status === 200 && forms.length === 0 && !leadsTo;

const login = {
  make: (challenge: string) => stub.login(challenge),
  path: '/login?login_challenge=',
};
const consent = {
  make: (challenge: string) => stub.consent(challenge),
  path: '/consent?consent_challenge=',
};
const logout = {
  make: (challenge: string) => stub.logout(challenge),
  path: '/logout?logout_challenge=',
};
const device = {
  make: (challenge: string) => stub.device(challenge, 'ABCD2345'),
  path: '/device/verify?device_challenge=',
};

/** Each operation of the screens once. */
const plainDoings: Doing[] = [
  { what: 'opens the sign-in page', operation: 'login.get', ...login, isWell: showsForm },
  { what: 'signs in', operation: 'login.accept', ...login, work: signIn, isWell: leads },
  {
    what: 'cancels',
    operation: 'login.reject',
    ...login,
    work: { press: 'reject' },
    isWell: leads,
  },
  { what: 'opens the consent page', operation: 'consent.get', ...consent, isWell: showsForm },
  {
    what: 'allows',
    operation: 'consent.accept',
    ...consent,
    work: { press: 'accept' },
    isWell: leads,
  },
  {
    what: 'denies',
    operation: 'consent.reject',
    ...consent,
    work: { press: 'reject' },
    isWell: leads,
  },
  { what: 'opens the sign-out page', operation: 'logout.get', ...logout, isWell: showsForm },
  {
    what: 'signs out',
    operation: 'logout.accept',
    ...logout,
    work: { press: 'accept' },
    isWell: leads,
  },
  {
    what: 'stays',
    operation: 'logout.reject',
    ...logout,
    work: { press: 'reject' },
    isWell: saysThatNothingHappened,
  },
  {
    what: 'enters a code',
    operation: 'device.accept',
    ...device,
    work: { press: 'accept', fill: { code: 'ABCD2345' } },
    isWell: leads,
  },
];

/** The same operations where nobody is asked. */
const otherDoings: Doing[] = [
  {
    what: 'comes back remembered',
    operation: 'login.accept',
    ...login,
    make: (challenge) => stub.login(challenge, { skip: true, subject: foo.subject }),
    isWell: leads,
  },
  {
    what: 'is asked for silently, but gone',
    operation: 'login.reject',
    ...login,
    make: (challenge) =>
      stub.login(challenge, {
        skip: true,
        subject: 'nobody-any-more',
        request_url: 'http://127.0.0.1:4444/oauth2/auth?client_id=c&prompt=none',
      }),
    isWell: leads,
  },
  {
    what: 'consented before',
    operation: 'consent.accept',
    ...consent,
    make: (challenge) => stub.consent(challenge, { skip: true }),
    isWell: leads,
  },
  {
    what: 'signs out of an app that asks nothing',
    operation: 'logout.accept',
    ...logout,
    make: (challenge) => stub.logout(challenge, { client: { skip_logout_consent: true } }),
    isWell: leads,
  },
];
const doings = [...plainDoings, ...otherDoings];

const doingOf = (what: string): Doing => doings.find((doing) => doing.what === what)!;

function sendJson(res: ServerResponse, body: unknown, status = 200): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** No answer is waited for so long, but a good one on a busy machine. */
const patienceMs = 10_000;
const shortPatienceMs = 1_500;
/** What a busy machine may add. */
const slackMs = 8_000;

let stub: AdminStub;
/** What takes the place of an answer, by operation and challenge. */
const faults = new Map<string, Fault>();
type Fault = (res: ServerResponse, usual: () => void) => unknown;

beforeAll(async () => {
  stub = await startAdminStub();
  for (const operation of new Set(doings.map((doing) => doing.operation))) {
    stub.answer(operation, (call, res, usual) => {
      const fault = faults.get(`${operation} ${call.challenge}`);
      if (fault) fault(res, usual);
      else usual();
    });
  }
});

afterEach(() => faults.clear());
afterAll(() => stub.close());

let counter = 0;

/** A person in the middle of doing something, while all is still well. */
async function begin(app: TestApp, doing: Doing, browser = app.browser()) {
  counter += 1;
  const challenge = `challenge-${counter}`;
  doing.make(challenge);
  const address = `${doing.path}${challenge}`;
  const form = doing.work && (await browser.get(address));
  const go = () => (form && doing.work ? browser.submit(form, doing.work) : browser.get(address));
  const { operation } = doing;
  const callsOf = (name: string) =>
    stub.sent(name).filter((call) => call.challenge === challenge).length;
  const before = callsOf(operation);
  return {
    doing,
    browser,
    go,
    spoil: (fault: Fault, name = operation) => void faults.set(`${name} ${challenge}`, fault),
    mend: () => void faults.delete(`${operation} ${challenge}`),
    /** How often the operation was called since. */
    calls: () => callsOf(operation) - before,
    answers: () => stub.sent().filter((call) => call.challenge === challenge).length,
  };
}

type Scene = Awaited<ReturnType<typeof begin>>;

const codesOf: Record<number, string[]> = {
  429: ['oauth2_server_limited'],
  502: ['oauth2_server_down', 'oauth2_server_nonsense'],
  503: ['oauth2_server_unavailable'],
  504: ['oauth2_server_slow'],
};

/** What is not as it should be on the page that a bad answer led to. */
function complaintsAbout(page: Page, scene: Scene, cell: Omit<Cell, 'give'>) {
  const { status, mayAlsoBe, wait: [seconds, time] = [undefined, undefined] } = cell;
  const { doing } = scene;
  const codes = codesOf[page.status] ?? [];
  const texts = codes.map((code) =>
    /limited|unavailable/.test(code) && time === undefined
      ? words(`error.${code}.text_unnamed`)
      : words(`error.${code}.text`, { time: time ?? '' }),
  );
  const isAnswer = !doing.operation.endsWith('.get');
  const right: Record<string, boolean> = {
    [`status ${page.status}`]: page.status === status || page.status === mayAlsoBe,
    [`heading "${page.heading}"`]: codes.some(
      (code) => page.heading === words(`error.${code}.title`),
    ),
    [`text "${page.text}"`]: texts.some((text) => page.text.includes(text)),
    [`wait ${page.headers['retry-after']}`]: page.headers['retry-after'] === seconds,
    'no reference': /\b[0-9A-Z]{4}-[0-9A-Z]{4}\b/.test(page.text),
    'no way to try again': link(page, words('button.try_again')) !== undefined,
    'no way out': page.links.some(({ text }) =>
      [words('button.start_page'), words('button.go_to', { app: 'Meadow Notes' })].includes(text),
    ),
    'repeats the bad answer': !page.html.includes(marker),
    'sends the browser away': page.leadsTo === undefined,
    'has no policy': /frame-ancestors 'none'/.test(page.headers['content-security-policy'] ?? ''),
    'may be stored': page.headers['cache-control'] === 'no-store',
    [`sets ${page.setCookies.join()}`]: !/_(session|known)/.test(page.setCookies.join()),
    // A GET over a broken connection is tried twice, an answer never.
    [`asked ${scene.calls()} times`]: scene.calls() <= (isAnswer ? 1 : 2),
    [`answered ${scene.answers()} times`]: scene.answers() <= (isAnswer ? 1 : 0),
  };
  return wrongOnes(doing, right);
}

/** The same person tries again, on the way that the page offers, now that all is well. */
async function complaintsAfterwards(page: Page, { doing, browser, answers }: Scene) {
  const before = answers();
  const { href = '' } = link(page, words('button.try_again')) ?? {};
  const again = await browser.get(new URL(href, page.url).href);
  const done = doing.work && !doing.isWell(again) ? await browser.submit(again, doing.work) : again;
  const sent = answers() - before;
  const isAnswered = doing.work !== undefined || !doing.operation.endsWith('.get');
  return wrongOnes(doing, {
    [`does not work afterwards: ${done.status} ${done.heading}`]: doing.isWell(done),
    [`then answered ${sent} times`]: sent === (isAnswered ? 1 : 0),
  });
}

function wrongOnes({ what, operation }: Doing, right: Record<string, boolean>): string[] {
  return Object.entries(right).flatMap(([complaint, isRight]) =>
    isRight ? [] : [`${what} (${operation}): ${complaint}`],
  );
}

/** Not all at once, so that nobody waits longer than usual. */
async function inTurns<T, R>(items: T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let first = 0; first < items.length; first += 6) {
    results.push(...(await Promise.all(items.slice(first, first + 6).map(work))));
  }
  return results;
}

async function complaintsOf(
  app: TestApp,
  doing: Doing,
  { give, ...expected }: Cell,
  isTriedAgain = true,
): Promise<string[]> {
  const scene = await begin(app, doing);
  scene.spoil((res) => give(res, doing.operation));
  const page = await scene.go();
  const complaints = complaintsAbout(page, scene, expected);
  scene.mend();
  return isTriedAgain ? [...complaints, ...(await complaintsAfterwards(page, scene))] : complaints;
}

/** For each transport, so that neither takes too long, every so many of a list in turn. */
function some<T>(items: T[], index: number, every: number): T[] {
  return items.filter((_item, at) => (at + index) % every === 0);
}

interface Cell extends Pick<BadAnswer, 'status' | 'mayAlsoBe' | 'wait'> {
  give: (res: ServerResponse, operation: string) => unknown;
}

const quick = badAnswers.filter(({ isSlow }) => !isSlow);
const slow = badAnswers.filter(({ isSlow }) => isSlow);

const transports = ['got', 'undici'];

describe.each(transports)('when the admin API, asked by %s,', (transport) => {
  const half = transports.indexOf(transport);
  let app: TestApp;
  let impatient: TestApp;

  beforeAll(async () => {
    const settings = { HYDRA_TRANSPORT: transport, LOG_LEVEL: 'warn' };
    app = await startApp(stub, { ...settings, HYDRA_TIMEOUT_MS: `${patienceMs}` });
    impatient = await startApp(stub, { ...settings, HYDRA_TIMEOUT_MS: `${shortPatienceMs}` });
    // finds out the version, so that the first test sees the calls of the screens alone
    for (const each of [app, impatient]) await each.parts.hydra.server.version();
  });

  afterAll(async () => {
    await Promise.all([app.close(), impatient.close()]);
  });

  test.each(quick)('$does, the page says so, and all is well again at once', async (bad) => {
    const concerned = [...plainDoings, ...some(otherDoings, quick.indexOf(bad), 3)].filter(
      ({ operation }) => operation !== bad.isFineFor,
    );
    // every other person tries again; by the other transport, those that did not here
    const again = new Set(some(concerned, half + quick.indexOf(bad), 2));
    const complaints = await inTurns(concerned, (doing) =>
      complaintsOf(app, doing, bad, again.has(doing)),
    );
    expect(complaints.flat()).toEqual([]);
    expect(stub.calls.filter(({ path }) => path === '/trap')).toEqual([]);
  });

  test('is too slow in any way, nobody waits longer than the limit', async () => {
    const cells = slow.flatMap((bad) => doings.map((doing) => ({ bad, doing })));
    const begun = await inTurns(cells, async ({ bad, doing }) => {
      const scene = await begin(impatient, doing);
      scene.spoil((res) => bad.give(res, doing.operation));
      return { bad, scene };
    });
    const start = performance.now();
    const given = await Promise.all(
      begun.map(async ({ bad, scene }) => ({ bad, scene, page: await scene.go() })),
    );
    expect(performance.now() - start).toBeLessThan(shortPatienceMs + slackMs);
    faults.clear();
    const complaints = await inTurns(given, async ({ bad, scene, page }) => [
      ...complaintsAbout(page, scene, bad).map((complaint) => `${bad.does}: ${complaint}`),
      ...(await complaintsAfterwards(page, scene)),
    ]);
    expect(complaints.flat()).toEqual([]);
  });

  test('refuses connections, the page says so, and all is well again at once', async () => {
    const complaints: string[] = [];
    for (const doing of doings) {
      const scene = await begin(app, doing);
      const [step, verb] = doing.operation.split('.');
      const isAskedBefore = verb !== 'get' && doing.work === undefined;
      if (isAskedBefore) {
        const thenGoDown: Fault = (res, usual) => {
          res.once('finish', () => void stub.goDown());
          usual();
        };
        scene.spoil(thenGoDown, `${step}.get`);
      } else await stub.goDown();
      const page = await scene.go();
      complaints.push(...complaintsAbout(page, scene, { status: 502 }));
      await stub.comeBack();
      faults.clear();
      complaints.push(...(await complaintsAfterwards(page, scene)));
    }
    expect(complaints).toEqual([]);
  });

  test('gives any member a wrong type, no page is made of it', async () => {
    const publicUrl = stub.publicUrl;
    const goodAnswers: Record<string, object> = {
      'login.get': loginRequest('c', publicUrl, {}),
      'consent.get': consentRequest('c', publicUrl, {}),
      'logout.get': logoutRequest('c', {}),
    };
    const asked = plainDoings.filter(({ operation }) => operation.endsWith('.get'));
    const cells = asked.flatMap((doing) =>
      some(misfitsOf(doing.operation), half, 2).map((misfit) => ({ doing, misfit })),
    );
    expect(cells.length).toBeGreaterThan(150);
    const complaints = await inTurns(cells, async ({ doing, misfit }) => {
      const scene = await begin(app, doing);
      scene.spoil((res) => sendJson(res, misfitted(goodAnswers[doing.operation]!, misfit)));
      const page = await scene.go();
      const told = `${misfit.path} = ${JSON.stringify(misfit.value)}`;
      return complaintsAbout(page, scene, { status: 502 }).map((one) => `${told}: ${one}`);
    });
    expect(complaints.flat()).toEqual([]);
  });

  test('gives no usable redirect_to, the browser stays', async () => {
    const answered = doings.filter(
      ({ operation }) => !operation.endsWith('.get') && operation !== 'logout.reject',
    );
    const cells = badTargets.flatMap((target, index) =>
      some(answered, index + half, 3).map((doing) => ({ doing, target })),
    );
    const complaints = await inTurns(cells, async ({ doing, target }) => {
      const give = (res: ServerResponse) => sendJson(res, { redirect_to: target });
      const found = await complaintsOf(app, doing, { give, status: 502 });
      return found.map((one) => `${JSON.stringify(target)}: ${one}`);
    });
    expect(complaints.flat()).toEqual([]);
  });

  test('says that a request is over and leads to a script, nobody is sent there', async () => {
    for (const doing of doings.filter(({ operation }) => operation !== 'device.accept')) {
      const scene = await begin(app, doing);
      scene.spoil((res) => sendJson(res, { redirect_to: 'javascript:alert(1)' }, 410));
      const page = await scene.go();
      expect([doing.what, page.status, page.leadsTo]).toEqual([doing.what, 409, undefined]);
      expect(page.html).not.toContain('javascript:');
    }
  });

  test('leaves out or stores oddly what nobody needs, the page is shown', async () => {
    const odd = {
      metadata: ['no', 'object'],
      client_name: null,
      redirect_uris: null,
      client_uri: 'javascript:alert(1)',
      logo_uri: 'data:text/html,x',
      policy_uri: '//evil.example',
      tos_uri: 'not an address',
      created_at: 'yesterday',
      skip_consent: null,
      unheard_of: { deep: [1, 2, 3] },
    };
    const client = { client_id: '<script>alert(1)</script>', ...odd };
    const shared = { client, request_url: '', oidc_context: null, what_is_new: 'in 27.0' };
    const bodies: Record<string, object> = {
      'login.get': { skip: false, subject: '', ...shared },
      'consent.get': {
        skip: false,
        subject: foo.subject,
        context: [1, null],
        amr: null,
        ...shared,
      },
      'logout.get': { subject: 'somebody else', rp_initiated: true, ...shared },
    };
    for (const doing of plainDoings.filter(({ operation }) => operation in bodies)) {
      const scene = await begin(app, doing);
      scene.spoil((res) => sendJson(res, bodies[doing.operation]));
      const page = await scene.go();
      expect([doing.what, doing.isWell(page)]).toEqual([doing.what, true]);
      const scripts = scriptsIn(page.html, page.headers['content-security-policy']);
      const usual = doing.operation === 'login.get' ? scriptOfSignIn : noScript;
      expect([doing.what, scripts]).toEqual([doing.what, usual]);
      expect(page.html).not.toMatch(/javascript:|data:text|evil\.example/);
    }
  });

  test('fails under two clicks, it is asked once, and both get the page', async () => {
    const answered = plainDoings.filter(({ operation }) => operation.endsWith('.accept'));
    for (const doing of answered) {
      const scene = await begin(app, doing);
      let open = 0;
      let mostOpen = 0;
      scene.spoil((res) => {
        open += 1;
        mostOpen = Math.max(mostOpen, open);
        setTimeout(() => {
          open -= 1;
          res.writeHead(500).end();
        }, 200);
      });
      const pages = await Promise.all([scene.go(), scene.go()]);
      expect([doing.what, ...pages.map(({ status }) => status)]).toEqual([doing.what, 502, 502]);
      expect([doing.what, mostOpen]).toEqual([doing.what, 1]);
      scene.mend();
      expect([doing.what, doing.isWell(await scene.go())]).toEqual([doing.what, true]);
    }
  });

  test('does not sign out, the session of the browser stays', async () => {
    for (const status of [500, 404, 401, 200]) {
      const before = await begin(app, doingOf('signs in'));
      await before.go();
      const { browser } = before;
      const cookies = browser.cookies();
      expect(Object.keys(cookies)).toContain(app.cookie('session'));
      for (const what of ['signs out', 'signs out of an app that asks nothing']) {
        const scene = await begin(app, doingOf(what), browser);
        scene.spoil((res) => sendJson(res, { error: 'error' }, status));
        const page = await scene.go();
        expect(page.status).toBe(status === 404 ? 404 : 502);
      }
      expect(browser.cookies()[app.cookie('session')]).toBe(cookies[app.cookie('session')]);
      expect((await browser.get('/')).text).toContain(foo.email);
    }
  });

  test('is asked for the first time, a bad answer about its version does no harm', async () => {
    const answers: Record<string, [Fault, number]> = {
      'a closed connection': [(res) => res.socket?.destroy(), 502],
      '500': [(res) => res.writeHead(500).end(), 200],
      'a page': [(res) => res.writeHead(200).end('<h1>Hello</h1>'), 200],
      'a number': [(res) => sendJson(res, { version: 26 }), 200],
      nothing: [() => {}, 504],
    };
    for (const [name, [give, status]] of Object.entries(answers)) {
      const fresh = await startApp(stub, {
        HYDRA_TRANSPORT: transport,
        HYDRA_TIMEOUT_MS: `${name === 'nothing' ? shortPatienceMs : patienceMs}`,
      });
      const address = `/login?login_challenge=${stub.login('first-of-all')}`;
      stub.answer('server.version', (_call, res) => give(res, () => {}));
      const browser = fresh.browser();
      expect([name, (await browser.get(address)).status]).toEqual([name, status]);
      stub.answer('server.version', (_call, _res, usual) => usual());
      expect([name, (await browser.get(address)).status]).toEqual([name, 200]);
      await fresh.close();
    }
  });

  test('fails, the log says so without a challenge, and never as a fault of ours', () => {
    const lines = [...app.logs, ...impatient.logs];
    expect(lines.length).toBeGreaterThan(500);
    expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
    expect(JSON.stringify(lines)).not.toMatch(/challenge-\d|verifier|foobar/);
  });
});
