/** What an admin API, or whatever stands in its place, can do instead of answering well. */
import type { ServerResponse } from 'node:http';
import type { OperationName } from '../support/admin-stub.ts';

export interface BadAnswer {
  /** Ends the sentence "when the admin API …". */
  does: string;
  give: (res: ServerResponse, operation: OperationName) => void;
  /** Of our page. */
  status: 429 | 502 | 503 | 504;
  /** The seconds of its `Retry-After`, and how the page says them. */
  wait?: [seconds: string, inWords: string];
  /** The two ways to send do not see it alike. */
  mayAlsoBe?: 502;
  /** Only the end of our patience brings it to light. */
  isSlow?: true;
  /** Operations that may answer so. */
  isFineFor?: OperationName;
}

/** Stands in bad answers; a page that holds it has repeated what it should not. */
export const marker = 'do-not-repeat-this';

/** A good answer of `login.get` as far as it goes, and of every accept. */
const plausible = `{"redirect_to":"http://127.0.0.1:4444/${marker}","skip":false,"subject":"`;
const json = { 'content-type': 'application/json' };

/** An answer that arrives whole. */
const whole =
  (status: number, body = '', headers: Record<string, string> = json) =>
  (res: ServerResponse): void =>
    void res.writeHead(status, headers).end(body);

/** Bytes in the place of an HTTP answer. */
const raw =
  (text: string) =>
  (res: ServerResponse): void =>
    void res.socket?.end(text);

/** A page of a proxy or of another server. */
const html = `<!doctype html><title>Hello</title><h1>${marker}</h1>`;
const asHtml = { 'content-type': 'text/html' };

/** Sends a piece every so often, until the other side hangs up. */
function drip(res: ServerResponse, everyMs: number, piece: string): void {
  const timer = setInterval(() => res.write(piece), everyMs);
  res.on('close', () => clearInterval(timer));
}

function beginBody(res: ServerResponse): void {
  res.writeHead(200, { ...json, 'content-length': '5000' });
  res.write(plausible);
}

export const badAnswers: BadAnswer[] = [
  // connections
  { does: 'closes the connection', give: (res) => res.socket?.destroy(), status: 502 },
  { does: 'resets the connection', give: (res) => res.socket?.resetAndDestroy(), status: 502 },
  {
    does: 'resets the connection in the middle of the body',
    give(res) {
      beginBody(res);
      setTimeout(() => res.socket?.resetAndDestroy(), 5);
    },
    status: 502,
  },
  {
    does: 'closes the connection in the middle of the body',
    give(res) {
      beginBody(res);
      setTimeout(() => res.socket?.end(), 5);
    },
    status: 502,
  },
  {
    does: 'closes the connection in the middle of a chunk',
    give: raw(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n${plausible}`),
    status: 502,
  },
  {
    does: 'closes the connection in the middle of its headers',
    give: raw('HTTP/1.1 200 OK\r\nContent-Type: appl'),
    status: 502,
  },

  // time
  { does: 'says nothing', give: () => {}, status: 504, isSlow: true },
  {
    does: 'sends its headers one by one for ever',
    give(res) {
      res.socket?.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => res.socket?.write('X-More: and more\r\n'), 40);
      res.on('close', () => clearInterval(timer));
    },
    status: 504,
    isSlow: true,
  },
  {
    does: 'stops after its headers',
    give: (res) => res.writeHead(200, json).flushHeaders(),
    status: 504,
    isSlow: true,
  },
  {
    does: 'sends its body drop by drop for ever',
    give(res) {
      beginBody(res);
      drip(res, 40, 'x');
    },
    status: 504,
    isSlow: true,
  },
  {
    does: 'says again and again that an answer will come',
    give(res) {
      const timer = setInterval(() => res.writeProcessing(), 40);
      res.on('close', () => clearInterval(timer));
    },
    status: 504,
    isSlow: true,
  },

  // statuses
  {
    does: 'answers 500',
    give: whole(500, `{"error":"error","error_description":"${marker}"}`),
    status: 502,
  },
  { does: 'answers 500 with nothing', give: whole(500, '', {}), status: 502 },
  { does: 'answers 502 with the page of a proxy', give: whole(502, html, asHtml), status: 502 },
  {
    does: 'answers 503',
    give: whole(503, '{"error":"error"}', { ...json, 'retry-after': '9' }),
    status: 503,
    wait: ['9', '9 seconds'],
  },
  { does: 'answers 504 with the page of a proxy', give: whole(504, html, asHtml), status: 502 },
  { does: 'answers 599', give: whole(599, html, asHtml), status: 502 },
  { does: 'answers 400 with a page', give: whole(400, html, asHtml), status: 502 },
  { does: 'answers 401 as a gateway', give: whole(401, `{"message":"${marker}"}`), status: 502 },
  {
    does: 'answers 401 with a page',
    give: whole(401, html, { ...asHtml, 'www-authenticate': 'Basic' }),
    status: 502,
  },
  { does: 'answers 403 as a gateway', give: whole(403, `{"error":"${marker}"}`), status: 502 },
  { does: 'answers 403 with a page', give: whole(403, html, asHtml), status: 502 },
  { does: 'answers 404 to the path', give: whole(404, '404 page not found', {}), status: 502 },
  { does: 'answers 404 with a page', give: whole(404, html, asHtml), status: 502 },
  { does: 'answers 405', give: whole(405, 'Method Not Allowed', { allow: 'DELETE' }), status: 502 },
  { does: 'answers 407', give: whole(407, '', {}), status: 502 },
  { does: 'answers 409 with a page', give: whole(409, html, asHtml), status: 502 },
  { does: 'answers 429 as a gateway', give: whole(429, '{"error":"slow down"}'), status: 429 },
  {
    does: 'answers 429 with a day to wait',
    give: whole(429, html, { ...asHtml, 'retry-after': '86400' }),
    status: 429,
    wait: ['3600', '1 hour'],
  },
  { does: 'answers 499', give: whole(499, '{"error":"error"}'), status: 502 },
  ...[300, 301, 302, 303, 304, 307, 308].map((status): BadAnswer => ({
    does: `answers ${status} with another address`,
    give: whole(status, '', { location: '/trap' }),
    status: 502,
  })),
  { does: 'answers 201', give: whole(201, `${plausible}"}`), status: 502 },
  { does: 'answers 204', give: whole(204, '', {}), status: 502, isFineFor: 'logout.reject' },
  { does: 'answers 206', give: whole(206, `${plausible}"}`), status: 502 },
  {
    does: 'changes to another protocol',
    give: raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
    status: 504,
    mayAlsoBe: 502,
    isSlow: true,
  },

  // bodies
  { does: 'answers 200 with the page of a proxy', give: whole(200, html, asHtml), status: 502 },
  { does: 'calls a page JSON', give: whole(200, html), status: 502 },
  { does: 'answers 200 with nothing', give: whole(200), status: 502 },
  { does: 'answers 200 with blanks', give: whole(200, ' \r\n\t '), status: 502 },
  { does: 'cuts its JSON', give: whole(200, plausible), status: 502 },
  {
    does: 'answers with two JSON values',
    give: whole(200, '{"status":"ok"}{"redirect_to":1}'),
    status: 502,
  },
  {
    does: 'answers with bytes that are no text',
    give: whole(200, '\0\u{fffd}\u{1f}\u{7f}'),
    status: 502,
  },
  {
    does: 'compresses unasked',
    give: whole(200, '\u{1f}\u{8b}\u{8}', { ...json, 'content-encoding': 'gzip' }),
    status: 502,
  },
  ...['null', 'true', '42', '"text"', '[]', '{}', `[${plausible}"}]`].map((body): BadAnswer => ({
    does: `answers with the JSON ${body.length > 20 ? 'of a list' : body}`,
    give: whole(200, body),
    status: 502,
  })),
  {
    does: 'hides members in a prototype',
    give: whole(
      200,
      `{"__proto__":${plausible}"},"constructor":{"redirect_to":"http://a.example/"}}`,
    ),
    status: 502,
  },
  {
    does: 'nests its JSON deeply',
    give: whole(200, '['.repeat(100_000) + ']'.repeat(100_000)),
    status: 502,
  },
  {
    does: 'answers with two megabytes',
    give: whole(200, `${plausible}"${' '.repeat(2_000_000)}}`),
    status: 502,
  },
  {
    does: 'never stops talking',
    give(res) {
      res.writeHead(200, json);
      const piece = ' '.repeat(65_536);
      const go = () => {
        while (!res.destroyed && res.write(piece));
        if (!res.destroyed) res.once('drain', go);
      };
      go();
    },
    status: 502,
  },

  // no HTTP
  { does: 'is no HTTP server', give: raw('SSH-2.0-OpenSSH_9.6\r\n'), status: 502 },
  { does: 'sends no status', give: raw('HTTP/1.1 abc What\r\n\r\n'), status: 502 },
  {
    does: 'sends endless headers',
    give: raw(`HTTP/1.1 200 OK\r\n${`X-Filler: ${'x'.repeat(4_000)}\r\n`.repeat(40)}\r\n`),
    status: 502,
  },
  {
    does: 'sends two lengths',
    give: raw(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}       `),
    status: 502,
  },
  {
    does: 'sends a chunk of no size',
    give: raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'),
    status: 502,
  },
];

/** Values of `redirect_to` that no browser may be sent to; `undefined` is none at all. */
export const badTargets: unknown[] = [
  undefined,
  null,
  '',
  ' ',
  42,
  true,
  [],
  ['http://127.0.0.1:4444/'],
  { href: 'http://127.0.0.1:4444/' },
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  '\u0001javascript:alert(1)',
  'javascript://127.0.0.1:4444/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:msgbox(1)',
  'blob:http://127.0.0.1:4444/0',
  'file:///etc/passwd',
  'ftp://127.0.0.1/',
  'view-source:http://127.0.0.1:4444/',
  'com.example.app:/back',
  'mailto:foo@bar.com',
  'http:evil.example',
  'https:/evil.example',
  'http://',
  'http://[::1',
  'http://a b.example/',
  '//evil.example/oauth2/auth',
  '\\\\evil.example\\',
  '/\\evil.example/',
  '/\t/evil.example/',
  'http://127.0.0.1:4444/\r\nSet-Cookie: portico_session=1',
  'http://127.0.0.1:4444/\u0000',
];

/** Every member that is read of what GET answers, with what it may be. */
const client = {
  client_id: 'string!',
  client_name: 'string',
  redirect_uris: 'strings',
  client_uri: 'string',
  logo_uri: 'string',
  policy_uri: 'string',
  tos_uri: 'string',
  post_logout_redirect_uris: 'strings',
  token_endpoint_auth_method: 'string',
  created_at: 'string',
  skip_consent: 'boolean',
  skip_logout_consent: 'boolean',
};
const context = {
  acr_values: 'strings',
  ui_locales: 'strings',
  display: 'string',
  login_hint: 'string',
  id_token_hint_claims: 'object',
};
const step = {
  requested_scope: 'strings',
  requested_access_token_audience: 'strings',
  skip: 'boolean!',
  subject: 'string!',
  request_url: 'string!',
  client: 'object!',
  oidc_context: 'object',
  ...prefixed('client', client),
  ...prefixed('oidc_context', context),
};
const members: Record<string, Record<string, string>> = {
  'login.get': { ...step, session_id: 'string' },
  'consent.get': {
    ...step,
    login_challenge: 'string',
    login_session_id: 'string',
    acr: 'string',
    amr: 'strings',
  },
  'logout.get': {
    subject: 'string!',
    sid: 'string',
    request_url: 'string!',
    rp_initiated: 'boolean!',
    client: 'object',
    ...prefixed('client', client),
  },
};

const samples: Record<string, unknown[]> = {
  string: ['text'],
  boolean: [true],
  number: [7],
  object: [{ text: 'text' }],
  strings: [['text', 'text'], []],
  mixed: [['text', 7], [null], [['text']]],
};

export interface Misfit {
  /** `client.client_name`. */
  path: string;
  value: unknown;
}

/** Every member of an operation's answer, once with each type that it must not have. */
export function misfitsOf(operation: OperationName): Misfit[] {
  return Object.entries(members[operation] ?? {}).flatMap(([path, wanted]): Misfit[] => {
    const type = wanted.replace('!', '');
    const wrong = Object.entries(samples).flatMap(([name, values]) =>
      name === type ? [] : values.filter((value) => !fits(type, value)),
    );
    const missing = wanted.endsWith('!') ? [undefined, null] : [];
    return [...wrong, ...missing].map((value) => ({ path, value }));
  });
}

/** The body with one member changed; `undefined` takes it away. */
export function misfitted(body: object, { path, value }: Misfit): object {
  const copy = structuredClone(body) as Record<string, unknown>;
  const [name = '', inner] = path.split('.');
  if (inner === undefined) copy[name] = value;
  else copy[name] = { ...(copy[name] as object), [inner]: value };
  return copy;
}

function fits(type: string, value: unknown): boolean {
  return type === 'object' && typeof value === 'object' && !Array.isArray(value);
}

function prefixed(path: string, inner: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(inner).map(([name, type]) => [`${path}.${name}`, type]));
}
