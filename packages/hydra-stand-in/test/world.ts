import { randomUUID } from 'node:crypto';
import type { ClientBody } from '../src/admin/client-record.ts';
import { startStandIn, type StandInOptions } from '../src/oauth2/start-stand-in.ts';

/** Whatever JSON the server said; tests look at members without asking first. */
// oxlint-disable-next-line typescript/no-explicit-any
type Body = any;

export interface AdminAnswer {
  status: number;
  headers: Headers;
  text: string;
  body: Body;
}

/** What a browser got: it follows no redirect by itself. */
export interface Page {
  status: number;
  headers: Headers;
  text: string;
  /** Where it is sent, or `about:blank`. */
  location: URL;
  /** The parameters there, in the query or after the `#`. */
  parameters: Record<string, string>;
}

/** A person's browser with its cookies, by host as browsers keep them: ports do not matter. */
export class Browser {
  readonly cookies = new Map<string, string>();

  async open(url: string | URL, init: RequestInit = {}): Promise<Page> {
    const cookie = [...this.cookies].map((pair) => pair.join('=')).join('; ');
    const headers = { ...(cookie && { cookie }) };
    const response = await fetch(url, { redirect: 'manual', headers, ...init });
    for (const header of response.headers.getSetCookie()) this.#keep(header);
    const location = new URL(response.headers.get('location') ?? 'about:blank', url);
    const parameters = Object.fromEntries(
      new URLSearchParams(location.hash ? location.hash.slice(1) : location.search),
    );
    const { status, headers: received } = response;
    return { status, headers: received, text: await response.text(), location, parameters };
  }

  /** The name of a cookie that is there, by the start of its name. */
  cookieNamed(start: string): string | undefined {
    return [...this.cookies.keys()].find((name) => name.startsWith(start));
  }

  #keep(header: string): void {
    const [pair = '', ...attributes] = header.split(/; */);
    const [name = '', ...value] = pair.split('=');
    const isGone = attributes.some((attribute) => /^max-age=(0|-\d+)$/i.test(attribute));
    if (isGone || value.join('=') === '') this.cookies.delete(name);
    else this.cookies.set(name, value.join('='));
  }
}

export interface WorldOptions extends Partial<StandInOptions> {
  /** Whether it must be the stand-in, even where a real server is named. */
  isStandIn?: boolean;
}

/** A real server is of one version, which `HYDRA_PROFILE` names; the stand-in plays them all. */
export function isAtHand(profile: string): boolean {
  const { HYDRA_PUBLIC_URL, HYDRA_PROFILE = '26.2' } = process.env;
  return HYDRA_PUBLIC_URL === undefined || profile === HYDRA_PROFILE;
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/**
 * A server and the app that answers for it. The server is a stand-in, or the real one that
 * `HYDRA_PUBLIC_URL`, `HYDRA_ADMIN_URL` and `HYDRA_APP_URL` name.
 */
export async function openWorld(options: WorldOptions = {}) {
  const server = await openServer(options);

  async function admin(method: string, path: string, body?: unknown): Promise<AdminAnswer> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(`${server.adminUrl}${path}`, {
      method,
      redirect: 'manual',
      ...(text !== undefined && { body: text }),
    });
    const received = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text: received,
      body: received.startsWith('{') || received.startsWith('[') ? JSON.parse(received) : undefined,
    };
  }

  /** Registers a client of the authorization code flow, changed as the test wants it. */
  async function register(changes: ClientBody = {}) {
    const created = await admin('POST', `${server.base}/clients`, {
      client_id: `app-${randomUUID()}`,
      client_secret: 'a secret & more',
      redirect_uris: ['http://localhost:5555/callback'],
      post_logout_redirect_uris: ['http://localhost:5555/bye'],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid offline_access profile email',
      audience: ['https://api.example.test'],
      ...changes,
    });
    if (created.status !== 201) throw new Error(created.text);
    return created.body;
  }

  function authUrl(client: Body, parameters: Record<string, string | undefined> = {}): string {
    const all = {
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: client.redirect_uris[0],
      scope: 'openid offline_access profile',
      state: 'some-state',
      ...parameters,
    };
    const given = Object.entries(all).filter(([, value]) => value !== undefined);
    return `${server.publicUrl}/oauth2/auth?${new URLSearchParams(given).toString()}`;
  }

  const step = (page: Page) => {
    const [name = '', challenge = ''] =
      Object.entries(page.parameters).find(([key]) => key.endsWith('_challenge')) ?? [];
    const kind = name.replace('_challenge', '');
    const path = `${server.base}/oauth2/auth/requests/${kind}`;
    return { kind, path, query: `?${new URLSearchParams({ [name]: challenge }).toString()}` };
  };

  /** Reads the request that a page of the app is asked for. */
  async function request(page: Page): Promise<AdminAnswer> {
    const { path, query } = step(page);
    return admin('GET', `${path}${query}`);
  }

  /** Answers the request that a page of the app is asked for. */
  async function answer(page: Page, how: 'accept' | 'reject', body?: object) {
    const { path, query } = step(page);
    return admin('PUT', `${path}/${how}${query}`, body);
  }

  /** Accepts and lets the browser go on. */
  async function accept(browser: Browser, page: Page, body: object = {}): Promise<Page> {
    const { kind } = step(page);
    const filled =
      kind === 'consent' ? { grant_scope: (await request(page)).body.requested_scope } : {};
    const usual = kind === 'login' ? { subject: 'jane' } : filled;
    const accepted = await answer(page, 'accept', { ...usual, ...body });
    return browser.open(accepted.body.redirect_to);
  }

  /** The whole way from the client and back to it. */
  async function signIn(
    browser: Browser,
    client: Body,
    more: { parameters?: Record<string, string>; login?: object; consent?: object } = {},
  ): Promise<Page> {
    const login = await browser.open(authUrl(client, more.parameters));
    const consent = await accept(browser, login, more.login);
    return accept(browser, consent, more.consent);
  }

  /** Posts a form to the public port, with Basic unless the client has another way. */
  async function post(path: string, form: Record<string, string>, client?: Body) {
    const credentials = [client?.client_id, client?.client_secret].map((part) =>
      encodeURIComponent(part ?? ''),
    );
    const basic = Buffer.from(credentials.join(':')).toString('base64');
    const response = await fetch(`${server.publicUrl}${path}`, {
      method: 'POST',
      body: new URLSearchParams(form),
      headers: { ...(client && { authorization: `Basic ${basic}` }) },
    });
    const text = await response.text();
    const body: Body = text ? JSON.parse(text) : undefined;
    return { status: response.status, headers: response.headers, body };
  }

  /** Exchanges the code that a page brought to the client. */
  async function exchange(page: Page, client: Body, more: Record<string, string> = {}) {
    const form = {
      grant_type: 'authorization_code',
      code: page.parameters['code'] ?? '',
      redirect_uri: client.redirect_uris[0],
      ...more,
    };
    return post('/oauth2/token', form, client);
  }

  async function introspect(token: string, scope = '') {
    const response = await fetch(`${server.adminUrl}${server.base}/oauth2/introspect`, {
      method: 'POST',
      body: new URLSearchParams({ token, scope }),
    });
    const body: Body = await response.json();
    return body;
  }

  return {
    ...server,
    admin,
    register,
    authUrl,
    request,
    answer,
    accept,
    signIn,
    post,
    exchange,
    introspect,
  };
}

async function openServer({ isStandIn, ...options }: WorldOptions) {
  const { HYDRA_PUBLIC_URL, HYDRA_ADMIN_URL, HYDRA_APP_URL } = process.env;
  const appUrl = HYDRA_APP_URL ?? 'http://127.0.0.1:4846';
  const base = options.profile === '1.11' ? '' : '/admin';
  if (HYDRA_PUBLIC_URL && HYDRA_ADMIN_URL && !isStandIn) {
    const [publicUrl, adminUrl] = [HYDRA_PUBLIC_URL, HYDRA_ADMIN_URL].map(withoutSlash);
    const close = async () => {};
    return {
      publicUrl: publicUrl ?? '',
      adminUrl: adminUrl ?? '',
      issuer: HYDRA_PUBLIC_URL,
      appUrl,
      base,
      close,
    };
  }
  const standIn = await startStandIn({ publicPort: 0, adminPort: 0, appUrl, ...options });
  return { ...standIn, appUrl, base };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

/** The claims of a token, unchecked. */
export function claimsOf(token: string): Body {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
