import { randomUUID } from 'node:crypto';
import { Browser, type AdminAnswer, type Page, type World } from './world.ts';

/** What can be seen of a server from outside, in words that can be compared between versions. */
export type Observation = (world: World) => Promise<Record<string, unknown>>;

/** Where a browser was sent, in a word, and the error that it carries. */
function whereTo(page: Page): string {
  const { parameters, location } = page;
  const challenge = Object.keys(parameters).find((name) => name.endsWith('_challenge'));
  if (challenge) return `asks ${challenge.replace('_challenge', '')}`;
  if (parameters['error']) {
    const isOwn = location.pathname.endsWith('/error');
    return `${parameters['error']}${isOwn ? ' on the error page' : ''}`;
  }
  if (parameters['code']) return 'code';
  return location.protocol === 'about:' ? `page ${page.status}` : `goes to ${location.pathname}`;
}

/** The outcome of a call in a word. */
function outcome({ status, body }: AdminAnswer): string {
  if (status === 410) return '410 with redirect_to';
  return body?.error ? `${status} ${body.error}` : String(status);
}

function verifierOf(answer: AdminAnswer, kind: string): string | null {
  return new URL(answer.body.redirect_to).searchParams.get(`${kind}_verifier`);
}

const jane = { subject: 'jane' };
const granted = { grant_scope: ['openid'] };
const denied = { error: 'no_way' };

export const observations = {
  async paths(world) {
    const accept = (value: string) => ({ headers: { accept: value } });
    const see = async (method: string, path: string, init: RequestInit = {}) => {
      const response = await fetch(`${world.adminUrl}${path}`, {
        method,
        redirect: 'manual',
        ...init,
      });
      const type = response.headers.get('content-type')?.split(';')[0];
      const location = response.headers.get('location')?.replace(world.adminUrl, 'self:');
      const isUncached = response.headers.get('cache-control') !== null;
      await response.arrayBuffer();
      const allow = response.headers.get('allow')?.split(/, */).toSorted().join(' ');
      const parts = [response.status, location ?? allow ?? type];
      return [...parts, isUncached ? 'uncached' : ''].filter(Boolean).join(' ');
    };
    const { base } = world;
    return {
      version: await see('GET', '/version'),
      'version below': await see('GET', '/admin/version'),
      alive: await see('GET', '/health/alive'),
      'alive below': await see('GET', '/admin/health/alive'),
      clients: await see('GET', '/clients?page_size=1&limit=1'),
      'clients below': await see('GET', '/admin/clients?page_size=1'),
      'sessions bare': await see('DELETE', '/oauth2/auth/sessions/login?subject=x'),
      'trailing slash': await see('GET', `${base}/clients/`),
      'trailing slash of a PUT': await see('PUT', `${base}/oauth2/auth/requests/login/accept/?a=b`),
      'trailing slash of health': await see('GET', '/health/alive/'),
      'wrong method': await see('POST', `${base}/oauth2/auth/requests/login`),
      'wrong method of clients': await see('DELETE', `${base}/clients`),
      head: await see('HEAD', `${base}/clients`),
      options: await see('OPTIONS', `${base}/clients`),
      'unknown, any': await see('GET', '/nope', accept('*/*')),
      'unknown, json': await see('GET', '/nope', accept('application/json')),
      'unknown, text': await see('GET', '/nope', accept('text/plain')),
      'unknown, below': await see('GET', `/admin/nope`, accept('application/json')),
      'root, json': await see('GET', '/', accept('application/json')),
      'root below, json': await see('GET', '/admin', accept('application/json')),
      error: await see('GET', `${base}/clients/unknown`),
    };
  },

  async 'a login that is answered twice'(world) {
    const client = await world.register();
    const browser = new Browser();
    const page = await browser.open(world.authUrl(client));
    const first = await world.answer(page, 'accept', jane);
    const read = outcome(await world.request(page));
    const second = await world.answer(page, 'accept', jane);
    const isOther =
      second.status === 200 && verifierOf(first, 'login') !== verifierOf(second, 'login');
    const rejected = await world.answer(page, 'reject', denied);
    const consent = await browser.open(first.body.redirect_to);
    return {
      length: (page.parameters['login_challenge'] ?? '').length > 500 ? 'long' : 'short',
      read,
      second: outcome(second),
      isOther,
      rejected: outcome(rejected),
      consent: whereTo(consent),
      'read when done': outcome(await world.request(page)),
      'accepted when done': outcome(await world.answer(page, 'accept', jane)),
      'rejected when done': outcome(await world.answer(page, 'reject', denied)),
      'verifier again': whereTo(await browser.open(first.body.redirect_to)),
      'verifier unknown': whereTo(
        await browser.open(world.authUrl(client, { login_verifier: 'unknown' })),
      ),
    };
  },

  async 'a consent that is answered twice'(world) {
    const client = await world.register();
    const browser = new Browser();
    const page = await world.accept(browser, await browser.open(world.authUrl(client)));
    const rejected = await world.answer(page, 'reject', denied);
    const first = await world.answer(page, 'accept', granted);
    const second = await world.answer(page, 'accept', granted);
    const isOther =
      first.body.redirect_to !== second.body.redirect_to ||
      first.body.redirect_to !== rejected.body.redirect_to;
    const read = outcome(await world.request(page));
    const back = await browser.open(second.body.redirect_to);
    const after = await world.answer(page, 'accept', granted);
    const afterRejected = await world.answer(page, 'reject', denied);
    const open = async ({ body }: AdminAnswer) =>
      body.redirect_to ? whereTo(await browser.open(body.redirect_to)) : 'nothing';
    return {
      answers: [rejected, first, second].map(outcome),
      isOther,
      read,
      back: whereTo(back),
      'read when done': outcome(await world.request(page)),
      'verifier again': await open(second),
      'another verifier': await open(first),
      after: [outcome(after), await open(after)],
      'after, rejected': [outcome(afterRejected), await open(afterRejected)],
    };
  },

  async 'a consent that was rejected'(world) {
    const client = await world.register();
    const browser = new Browser();
    const page = await world.accept(browser, await browser.open(world.authUrl(client)));
    const rejected = await world.answer(page, 'reject', denied);
    const stranger = new Browser();
    const told = whereTo(await stranger.open(rejected.body.redirect_to));
    const accepted = await world.answer(page, 'accept', granted);
    const url = accepted.body.redirect_to;
    return {
      told,
      accepted: outcome(accepted),
      back: url ? whereTo(await browser.open(url)) : 'nothing',
    };
  },

  async 'the wrong browser'(world) {
    const client = await world.register();
    const browser = new Browser();
    const page = await browser.open(world.authUrl(client));
    const { body: login } = await world.answer(page, 'accept', jane);
    const strangeLogin = whereTo(await new Browser().open(login.redirect_to));
    const ownLogin = await browser.open(login.redirect_to);
    const fresh = await world.accept(browser, await browser.open(world.authUrl(client)));
    const { body: consent } = await world.answer(fresh, 'accept', granted);
    const strangeConsent = whereTo(await new Browser().open(consent.redirect_to));
    return {
      'strange login': strangeLogin,
      'own login': whereTo(ownLogin),
      'strange consent': strangeConsent,
      'own consent': whereTo(await browser.open(consent.redirect_to)),
      'answered anew': outcome(await world.answer(fresh, 'accept', granted)),
    };
  },

  async 'somebody else than remembered'(world) {
    const client = await world.register();
    const browser = new Browser();
    await world.signIn(browser, client, { login: { ...jane, remember: true } });
    const page = await browser.open(world.authUrl(client));
    const other = await world.answer(page, 'accept', { subject: 'john' });
    const { searchParams } = new URL(other.body.redirect_to ?? 'about:blank');
    return {
      other: outcome(other),
      prompt: searchParams.get('prompt'),
      hasVerifier: searchParams.has('login_verifier'),
      right: outcome(await world.answer(page, 'accept', jane)),
    };
  },

  async 'a session that ended meanwhile'(world) {
    const client = await world.register();
    const subject = randomUUID();
    const browser = new Browser();
    await world.signIn(browser, client, { login: { subject, remember: true } });
    const page = await browser.open(world.authUrl(client));
    const path = `${world.base}/oauth2/auth/sessions/login?subject=${subject}`;
    await world.admin('DELETE', path);
    return {
      read: outcome(await world.request(page)),
      accepted: outcome(await world.answer(page, 'accept', { subject })),
    };
  },

  async bodies(world) {
    const client = await world.register();
    const browser = new Browser();
    const logins = async (body: unknown) => {
      const page = await browser.open(world.authUrl(client));
      return outcome(await world.answer(page, 'accept', body as object));
    };
    const page = await world.accept(browser, await browser.open(world.authUrl(client)));
    const consents = async (body: object, how: 'accept' | 'reject' = 'accept') =>
      outcome(await world.answer(page, how, body));
    return {
      known: await logins({ ...jane, amr: ['pwd'], acr: '1', context: 1 }),
      unknown: await logins({ ...jane, unknown: 1 }),
      extend: await logins({ ...jane, extend_session_lifespan: true }),
      'provider session': await logins({ ...jane, identity_provider_session_id: 'x' }),
      'handled at login': await logins({ ...jane, handled_at: '2026-01-01T00:00:00Z' }),
      consent: await consents({ ...granted, remember_for: 1 }),
      'unknown consent': await consents({ ...granted, unknown: 1 }),
      'unknown in session': await consents({ session: { unknown: {} } }),
      'consent context': await consents({ ...granted, context: { a: 1 } }),
      'handled at': await consents({ ...granted, handled_at: '2026-01-01T00:00:00Z' }),
      'handled when': await consents({ ...granted, handled_at: 'soon' }),
      'unknown reason': await consents({ ...denied, unknown: 1 }, 'reject'),
    };
  },

  async members(world) {
    const client = await world.register();
    const browser = new Browser();
    const login = await browser.open(world.authUrl(client));
    const loginView = (await world.request(login)).body;
    const consent = await world.accept(browser, login, { ...jane, remember: true });
    const { body } = await world.request(consent);
    await world.accept(browser, consent);
    const logout = await browser.open(`${world.publicUrl}/oauth2/sessions/logout`);
    const logoutView = (await world.request(logout)).body;
    return {
      login: Object.keys(loginView),
      consent: Object.keys(body),
      context: body.context,
      amr: body.amr,
      'login challenge': body.login_challenge === login.parameters['login_challenge'],
      logout: Object.keys(logoutView),
      'logout client': logoutView.client,
    };
  },

  async cookies(world) {
    const client = await world.register();
    const browser = new Browser();
    const seen: Record<string, unknown> = {};
    const see = (name: string, page: Page) => {
      seen[name] = page.headers.getSetCookie().map((header) => {
        const [pair = '', ...attributes] = header.split(/; */);
        const kept = attributes.filter((one) => !/^expires=/i.test(one));
        const key = (pair.split('=')[0] ?? '').replace(/\d+/, 'N');
        return [key, ...kept.toSorted()].join('; ');
      });
      return page;
    };
    const login = see('login', await browser.open(world.authUrl(client)));
    const consent = see(
      'remembered',
      await world.accept(browser, login, { ...jane, remember: true }),
    );
    see('consent', await world.accept(browser, consent));
    const timed = await browser.open(world.authUrl(client, { prompt: 'login' }));
    see('timed', await world.accept(browser, timed, { ...jane, remember: true, remember_for: 60 }));
    const forgotten = await browser.open(world.authUrl(client, { prompt: 'login' }));
    see('forgotten', await world.accept(browser, forgotten, jane));
    return seen;
  },

  async 'two tabs'(world) {
    const [client, other] = [await world.register(), await world.register()];
    const browser = new Browser();
    const first = await browser.open(world.authUrl(client));
    await browser.open(world.authUrl(other));
    const beside = await world.accept(browser, first);
    const second = await browser.open(world.authUrl(client));
    await browser.open(world.authUrl(client));
    return {
      'another client': whereTo(beside),
      'the same client': whereTo(await world.accept(browser, second)),
    };
  },

  async prompts(world) {
    const client = await world.register();
    const see = async (parameters: Record<string, string>) => {
      const browser = new Browser();
      await world.signIn(browser, client, { login: { ...jane, remember: true } });
      const page = await browser.open(world.authUrl(client, parameters));
      const first = whereTo(page);
      if (first !== 'asks login') return [first];
      const { skip } = (await world.request(page)).body;
      return [first, skip, whereTo(await world.accept(browser, page))];
    };
    return {
      'max_age=0': await see({ max_age: '0' }),
      registration: await see({ prompt: 'registration' }),
      create: await see({ prompt: 'create' }),
      'max_age=x': await see({ max_age: 'x' }),
    };
  },

  async logouts(world) {
    const client = await world.register();
    const subject = randomUUID();
    const browser = new Browser();
    const url = `${world.publicUrl}/oauth2/sessions/logout`;
    const signIn = async () =>
      world.signIn(browser, client, { login: { subject, remember: true } });
    await signIn();
    const page = await browser.open(url);
    const unknown = async (how: string) =>
      outcome(
        await world.admin(
          'PUT',
          `${world.base}/oauth2/auth/requests/logout/${how}?logout_challenge=${randomUUID()}`,
        ),
      );
    const rejected = outcome(await world.answer(page, 'reject'));
    const hidden = outcome(await world.request(page));
    const accepted = await world.answer(page, 'accept');
    const again = await world.answer(page, 'accept');
    const read = await world.request(page);
    const target = accepted.body.redirect_to;
    const gone = whereTo(await browser.open(target));
    const done = await world.request(page);
    const skips = async () => {
      const { body } = await world.request(await browser.open(world.authUrl(client)));
      return body.skip;
    };
    const replayed = whereTo(await browser.open(target));
    await signIn();
    const replayedLater = whereTo(await browser.open(target));
    return {
      unknown: [await unknown('accept'), await unknown('reject')],
      rejected,
      hidden,
      accepted: outcome(accepted),
      again: again.body.redirect_to === target,
      read: outcome(read),
      gone,
      done: [outcome(done), done.body.redirect_to],
      replayed,
      replayedLater,
      'still signed in': await skips(),
      'unknown verifier': whereTo(await browser.open(`${url}?logout_verifier=unknown`)),
    };
  },

  async 'consents in the list'(world) {
    const client = await world.register();
    const subject = randomUUID();
    const browser = new Browser();
    const list = async () => {
      const path = `${world.base}/oauth2/auth/sessions/consent?subject=${subject}`;
      return (await world.admin('GET', path)).body;
    };
    const login = await browser.open(world.authUrl(client));
    const page = await world.accept(browser, login, { subject });
    const accepted = await world.answer(page, 'accept', granted);
    const early = (await list()).length;
    await browser.open(accepted.body.redirect_to);
    const [item] = await list();
    const { challenge } = item.consent_request;
    const isSame = challenge === page.parameters['consent_challenge'];
    return {
      early,
      members: Object.keys(item),
      'request members': Object.keys(item.consent_request),
      challenge: isSame ? 'the same' : challenge.length,
      context: item.context,
    };
  },

  async 'devices and discovery'(world) {
    const device = await fetch(`${world.publicUrl}/oauth2/device/auth`, { method: 'POST' });
    const verify = await new Browser().open(`${world.publicUrl}/oauth2/device/verify`);
    const path = `${world.base}/oauth2/auth/requests/device/accept?device_challenge=x`;
    const accept = await world.admin('PUT', path, { user_code: 'x' });
    const discovery = await fetch(`${world.publicUrl}/.well-known/openid-configuration`);
    const metadata = (await discovery.json()) as Record<string, unknown>;
    return {
      device: device.status,
      verify: verify.status,
      accept: accept.status,
      discovery: Object.keys(metadata).toSorted(),
      'grant types': metadata['grant_types_supported'],
      'response types': metadata['response_types_supported'],
      'id token': metadata['id_token_signed_response_alg'],
      'response modes': metadata['response_modes_supported'],
      credentials: metadata['credentials_supported_draft_00'],
    };
  },

  async 'the client of the address'(world) {
    const [client, other] = [await world.register(), await world.register()];
    const browser = new Browser();
    const see = async (kind: 'login' | 'consent') => {
      let page = await browser.open(world.authUrl(client));
      if (kind === 'consent') page = await world.accept(browser, page);
      const answer = await world.answer(page, 'accept', kind === 'login' ? jane : granted);
      const url = new URL(answer.body.redirect_to);
      url.searchParams.set('client_id', other.client_id);
      return whereTo(await browser.open(url));
    };
    return { login: await see('login'), consent: await see('consent') };
  },

  async 'a client that changed meanwhile'(world) {
    const browser = new Browser();
    const see = async (change: (client: { client_id: string }) => Promise<unknown>) => {
      const client = await world.register({ client_name: 'Before' });
      const page = await browser.open(world.authUrl(client));
      await change(client);
      const read = await world.request(page);
      const accepted = await world.answer(page, 'accept', jane);
      const url = accepted.body.redirect_to;
      const back = url ? whereTo(await browser.open(url)) : 'nothing';
      return [outcome(read), read.body?.client?.client_name ?? null, outcome(accepted), back];
    };
    const path = ({ client_id: id }: { client_id: string }) => `${world.base}/clients/${id}`;
    return {
      renamed: await see((client) =>
        world.admin('PUT', path(client), { ...client, client_name: 'After' }),
      ),
      deleted: await see((client) => world.admin('DELETE', path(client))),
    };
  },
} satisfies Record<string, Observation>;
