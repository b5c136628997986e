/** A real local server that speaks the admin API as the OAuth2 server of a given version does. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ConsentRequest, LoginRequest, LogoutRequest } from '@portico/hydra-admin';
import {
  consentRequest,
  inDeviceFlow,
  loginRequest,
  logoutRequest,
  steps,
  type Partly,
  type State,
  type Stored,
} from './admin-requests.ts';
import { ruleAnswers, type AdminVersion, type Allowed } from './admin-rules.ts';

/** `login.get`, `login.accept` … `device.accept`, `consentSessions.list`, `server.version`, `none` … */
export type OperationName = string;

export interface AdminCall {
  operation: OperationName;
  method: string;
  /** Without query; with the prefix, if there was one. */
  path: string;
  query: URLSearchParams;
  challenge: string | undefined;
  headers: IncomingHttpHeaders;
  text: string;
  /** The parsed text, or `undefined`. */
  body: Record<string, unknown> | undefined;
}

/** Answers in the place of the stub; calling `usual` answers as if nothing were in its place. */
export type Override = (call: AdminCall, res: ServerResponse, usual: () => void) => unknown;

export type AdminStub = Awaited<ReturnType<typeof startAdminStub>>;

export interface AdminStubOptions {
  version?: AdminVersion;
  /** The issuer, where `redirect_to` leads; nobody needs to be there. */
  publicUrl?: string;
}

/** Starts it on a free port; every challenge is unknown until it is made with `login`, `consent` … */
export async function startAdminStub({
  version = '26.2',
  publicUrl = 'http://127.0.0.1:4444',
}: AdminStubOptions = {}) {
  const calls: AdminCall[] = [];
  const stored = new Map<string, Stored>();
  const overrides = new Map<OperationName, Override>();
  const allowed = new Map<string, Allowed[]>();
  const rules = ruleAnswers(version, publicUrl, { stored, allowed });

  const server = createServer({ maxHeaderSize: 128 * 1024 }, (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const url = new URL(req.url ?? '/', 'http://admin.invalid');
      const text = Buffer.concat(chunks).toString();
      const { operation, challenge } = nameOf(req.method ?? '', url);
      const { method = '', headers } = req;
      const { pathname: path, searchParams: query } = url;
      const call = { operation, method, path, query, challenge, headers, text, body: record(text) };
      calls.push(call);
      const usual = () => rules(call, res);
      const override = overrides.get(operation);
      if (override) void override(call, res, usual);
      else usual();
    });
  });
  server.unref(); // nobody has to wait for one that a failed test left behind
  let port = 0;
  const listen = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const goDown = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  await listen();
  port = (server.address() as AddressInfo).port;

  const store = (challenge: string, entry: Omit<Stored, 'state'>): string => {
    stored.set(challenge, { ...entry, state: 'open' });
    return challenge;
  };

  return {
    url: `http://127.0.0.1:${port}`,
    publicUrl,
    /** Every call in order, `server.version` among them. */
    calls,
    /** The calls of one operation, or of all that answer a request (`PUT`). */
    sent: (operation?: OperationName): AdminCall[] =>
      calls.filter((call) => (operation ? call.operation === operation : call.method === 'PUT')),
    /** Makes a challenge known. @returns the challenge */
    login: (challenge: string, given: Partly<LoginRequest> = {}) =>
      store(challenge, { step: 'login', request: loginRequest(challenge, publicUrl, given) }),
    consent: (challenge: string, given: Partly<ConsentRequest> = {}) =>
      store(challenge, { step: 'consent', request: consentRequest(challenge, publicUrl, given) }),
    logout: (challenge: string, given: Partly<LogoutRequest> = {}) =>
      store(challenge, { step: 'logout', request: logoutRequest(challenge, given) }),
    device: (challenge: string, userCode: string) =>
      store(challenge, { step: 'device', request: {}, userCode }),
    /** What the subject has allowed before, newest first. */
    allowed: (subject: string, consents: Allowed[]) => void allowed.set(subject, consents),
    /** Spread it into a login or consent request to have one of a device flow. */
    inDeviceFlow: inDeviceFlow(publicUrl),
    /** Makes a challenge old, or lets the browser come back with its answer (`done`). */
    set(challenge: string, state: State): void {
      stored.get(challenge)!.state = state;
    },
    /** Takes the place of one operation until `usually`. */
    answer(operation: OperationName, override: Override): void {
      overrides.set(operation, override);
    },
    /** Answers as it should again. */
    usually(): void {
      overrides.clear();
    },
    /** Forgets calls, challenges and overrides. */
    reset(): void {
      calls.length = 0;
      stored.clear();
      allowed.clear();
      overrides.clear();
    },
    /** Connections are refused until `comeBack`, on the same port. */
    goDown,
    comeBack: listen,
    close: goDown,
  };
}

function nameOf(method: string, url: URL): Pick<AdminCall, 'operation' | 'challenge'> {
  const path = url.pathname.replace(/^\/admin(?=\/)/, '');
  if (method === 'GET' && path === '/oauth2/auth/sessions/consent') {
    return { operation: 'consentSessions.list', challenge: undefined };
  }
  if (method === 'DELETE' && path === '/oauth2/auth/sessions/login') {
    return { operation: 'loginSessions.revoke', challenge: undefined };
  }
  const server = { '/version': 'version', '/health/alive': 'alive', '/health/ready': 'ready' }[
    path
  ];
  if (server) return { operation: `server.${server}`, challenge: undefined };
  const [, step, verb = 'get'] = /^\/oauth2\/auth\/requests\/(\w+)(?:\/(\w+))?$/.exec(path) ?? [];
  const isKnown = steps.some((name) => name === step) && (verb === 'get') === (method === 'GET');
  const query = url.searchParams;
  const challenge = query.get(`${step}_challenge`) ?? query.get('challenge') ?? undefined;
  return { operation: isKnown ? `${step}.${verb}` : 'none', challenge };
}

function record(text: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const isRecord = typeof json === 'object' && json !== null && !Array.isArray(json);
    return isRecord ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
