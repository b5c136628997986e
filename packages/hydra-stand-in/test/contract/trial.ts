import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { Journey } from './journey.ts';
import type { Server } from './server.ts';
import { basic, send, sendForm, sendJson, type Body, type WireAnswer } from './wire.ts';
import { Browser } from '../world.ts';

export type Trial = ReturnType<typeof openTrial>;

/** What a sign-in may say beside the usual. */
export interface SignIn {
  client?: Body;
  browser?: Browser;
  parameters?: Record<string, string>;
  login?: object;
  consent?: object;
}

/**
 * One check on one server, with clients, a subject and key sets of its own. `close` takes everything
 * away again, so that a server that others use is left as it was.
 */
export function openTrial(server: Server) {
  const prefix = server.version === '1.11' ? '' : '/admin';
  const subject = `contract-${randomUUID()}`;
  const clientIds = new Set<string>();
  const sets = new Set<string>();
  const closing: (() => unknown)[] = [];

  /** A plain request to an operation, below the prefix of the version. */
  const admin = (method: string, path: string, body?: unknown): Promise<WireAnswer> =>
    sendJson(method, `${server.adminUrl}${prefix}${path}`, body);

  /** A plain request to the admin port, path and all as given. */
  const bare = (method: string, path: string, body?: unknown): Promise<WireAnswer> =>
    sendJson(method, `${server.adminUrl}${path}`, body);

  const atPublic = (method: string, path: string, body?: unknown): Promise<WireAnswer> =>
    sendJson(method, `${server.publicUrl}${path}`, body);

  /** Registers a client of all the grants that checks need. */
  async function client(changes: Body = {}): Promise<Body> {
    const created = await admin('POST', '/clients', { ...usualClient, ...changes });
    if (created.status !== 201) throw new Error(`no client: ${created.text}`);
    clientIds.add(created.body.client_id);
    return created.body;
  }

  /** The name of a key set that nobody has. */
  function newSet(): string {
    const name = `contract-${randomUUID()}`;
    sets.add(name);
    return name;
  }

  const journey = (of: Body, browser = new Browser()): Journey =>
    new Journey({ admin, client: of, browser });

  /** Where a browser is that was sent to sign in. */
  async function atLogin({ client: given, browser, parameters }: SignIn = {}): Promise<Journey> {
    const of = given ?? (await client());
    const query = new URLSearchParams({
      client_id: of.client_id,
      response_type: 'code',
      redirect_uri: of.redirect_uris[0],
      scope: usualScope,
      state: 'contract-state',
      ...parameters,
    });
    return journey(of, browser).follow(`${server.publicUrl}/oauth2/auth?${query.toString()}`);
  }

  async function atConsent(signIn: SignIn = {}): Promise<Journey> {
    return (await atLogin(signIn)).accept({ subject, ...signIn.login });
  }

  /** The whole way: back at the client with a code. */
  async function signIn(how: SignIn = {}): Promise<Journey> {
    const consent = await atConsent(how);
    return consent.accept({ grant_scope: usualScope.split(' '), ...how.consent });
  }

  /** Back at the client, with the tokens that it gets for the code. */
  async function tokens(how: SignIn = {}): Promise<Body> {
    const { client: of, browser, parameters } = await signIn(how);
    const form = {
      grant_type: 'authorization_code',
      code: parameters['code'] ?? '',
      redirect_uri: of.redirect_uris[0],
    };
    const answer = await token(of, form);
    if (answer.status !== 200) throw new Error(`no tokens: ${answer.text}`);
    return { ...(answer.body as Record<string, string>), client: of, browser };
  }

  const token = (of: Body, form: Record<string, string>): Promise<WireAnswer> =>
    sendForm(`${server.publicUrl}/oauth2/token`, form, basic(of));

  /** A token of the client itself; also a way to see whether its secret is right. */
  const ownToken = (of: Body): Promise<WireAnswer> =>
    token(of, { grant_type: 'client_credentials', scope: 'profile' });

  const refresh = (of: Body, refreshToken: string): Promise<WireAnswer> =>
    token(of, { grant_type: 'refresh_token', refresh_token: refreshToken });

  const revoke = (of: Body, value: string): Promise<WireAnswer> =>
    sendForm(`${server.publicUrl}/oauth2/revoke`, { token: value }, basic(of));

  /** Plain introspection. */
  const introspect = (form: Record<string, string>, headers?: Record<string, string>) =>
    sendForm(`${server.adminUrl}${prefix}/oauth2/introspect`, form, headers);

  const isActive = async (value: string): Promise<boolean> =>
    (await introspect({ token: value })).body.active;

  /** Where a browser with a remembered sign-in is that wants to sign out. */
  const atLogout = (browser: Browser): Promise<Journey> =>
    journey(undefined, browser).follow(`${server.publicUrl}/oauth2/sessions/logout`);

  /** Would the subject be let in without being asked? */
  async function isRemembered(browser: Browser, of: Body): Promise<boolean> {
    return (await (await atLogin({ browser, client: of })).request()).body.skip;
  }

  /** Waits for what takes a moment. */
  async function until(isSo: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + 10_000;
    while (!(await isSo())) {
      if (Date.now() > end) throw new Error('it did not come to pass within 10 seconds');
      await setTimeout(20);
    }
  }

  async function close(): Promise<void> {
    for (const end of closing) await end();
    const mine = new URLSearchParams({ subject }).toString();
    await Promise.all([
      admin('DELETE', `/oauth2/auth/sessions/consent?${mine}&all=true`),
      admin('DELETE', `/oauth2/auth/sessions/login?${mine}`),
      ...[...sets].map((set) => admin('DELETE', `/keys/${set}`)),
      ...[...clientIds].map((id) => admin('DELETE', `/clients/${id}`)),
    ]);
  }

  return {
    ...server,
    subject,
    prefix,
    admin,
    bare,
    atPublic,
    send,
    client,
    newSet,
    journey,
    atLogin,
    atConsent,
    signIn,
    tokens,
    token,
    ownToken,
    refresh,
    revoke,
    introspect,
    isActive,
    atLogout,
    isRemembered,
    until,
    /** To be removed at the end: a client that the check registers itself. */
    remove: (clientId: string) => void clientIds.add(clientId),
    /** To be done at the end. */
    finally: (end: () => unknown) => void closing.push(end),
    close,
  };
}

const usualScope = 'openid offline_access profile';

const usualClient = {
  client_name: 'Contract suite',
  client_secret: 'a secret & more',
  redirect_uris: ['http://localhost:5555/callback'],
  post_logout_redirect_uris: ['http://localhost:5555/bye'],
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  response_types: ['code'],
  scope: usualScope,
};
