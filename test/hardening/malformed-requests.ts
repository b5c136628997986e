/** Requests that no browser sends, made by chance, but the same ones for the same seed. */

/** What lies ready at the app under test. */
export interface Ready {
  /** A cookie and a token that belong together. */
  cookie: string;
  token: string;
  /** What the form of each open challenge was sealed with. */
  sealed: ReadonlyMap<string, string>;
}

export interface MalformedRequest {
  bytes: Buffer;
  /** Where the bytes are cut into packets. */
  cuts: number[];
  /** A request that is whole is owed an answer; at another one the server may wait or hang up. */
  isWhole: boolean;
  /** It carries the right token, so it may answer one of the `open` challenges. */
  isTrusted: boolean;
}

/** No request without the right token is ever about these being answered. */
export const guarded = {
  login_challenge: 'guarded-login',
  consent_challenge: 'guarded-consent',
  logout_challenge: 'guarded-logout',
  device_challenge: 'guarded-device',
};

/** An opened page answers these unasked, so they are never opened; any other method must not act. */
export const unasked = {
  login_challenge: 'unasked-login',
  consent_challenge: 'unasked-consent',
  logout_challenge: 'unasked-logout',
};

/** Trusted posts are about these, each with a number below `openChallenges` behind it. */
export const open = {
  login_challenge: 'open-login-',
  consent_challenge: 'open-consent-',
  logout_challenge: 'open-logout-',
  device_challenge: 'open-device-',
};
export const openChallenges = 25;

type ChallengeName = keyof typeof guarded;

export const screens: Record<string, ChallengeName> = {
  '/login': 'login_challenge',
  '/consent': 'consent_challenge',
  '/logout': 'logout_challenge',
  '/device/verify': 'device_challenge',
};

const long = (bytes: number) => 'a'.repeat(bytes);

/** Values that have broken something somewhere before, percent-encoded where they have to be. */
const oddValues = [
  '',
  '%',
  '%%%',
  '%zz',
  '%E0%A4%A',
  '%c3%28',
  '%ff%fe',
  '%ED%A0%80',
  '%00',
  'a%00b',
  '%0d%0aX-Injected:%201',
  '%0d%0a%0d%0a%3Cscript%3E',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '%22%3E%3Cimg%20src=x%20onerror=1%3E',
  '%27%20or%201=1--',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%252e%252e%252f',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'undefined',
  'null',
  'NaN',
  '[object%20Object]',
  '-1',
  '1e999',
  '{{7*7}}',
  '$%7Bprocess.exit()%7D',
  '%F0%9F%98%80',
  '%E2%80%AE%D7%A9',
  'e%CC%81'.repeat(50),
  '+',
  '%2B',
  'javascript:alert(1)',
  '//evil.example/',
  'http://evil.example/',
  long(2_000),
  long(32 * 1024),
  long(32 * 1024 + 1),
  long(40_000),
];

const oddDecisions = [
  '',
  'Accept',
  'accept ',
  'accept%00',
  'allow',
  'true',
  'sign_out',
  'accept,reject',
];

const oddNames = [
  'login_challenge',
  'consent_challenge',
  'logout_challenge',
  'device_challenge',
  'challenge',
  'login_challenge[]',
  'login_challenge[a]',
  'login_challenge.a',
  'consent_challenge[0]',
  'lang',
  'lang[]',
  'user_code',
  'client_id',
  'error',
  'error_description',
  '_csrf',
  'decision',
  'email',
  'sealed',
  '__proto__',
  '__proto__[polluted]',
  'constructor[prototype][polluted]',
  'constructor',
  'hasOwnProperty',
  'toString',
  '',
  '%',
  '%00',
  '%F0%9F%98%80',
  'a'.repeat(3_000),
];

const oddPaths = [
  '//login',
  '/login/',
  '/LOGIN',
  '/login//',
  '/login/..',
  '/login/../consent',
  '/./login',
  '/%6cogin',
  '/login%2f',
  '/login%00',
  '/login;a=b',
  '/login.json',
  '/%',
  '/%zz',
  '/%E0%A4%A',
  '/%2e%2e/%2e%2e/package.json',
  '/static/../../package.json',
  '/static/%2e%2e/%2e%2e/package.json',
  '/static/..%5c..%5cpackage.json',
  '/static/',
  '/static/0/style.css',
  '//evil.example/',
  '///evil.example/%2e%2e',
  '/\\evil.example/',
  '/__proto__',
  '/constructor',
  '/<script>alert(1)</script>',
  '/"><img src=x onerror=1>',
  '/\u00fc\u00df',
  '/\u{1f600}',
  '/.env',
  '/.git/config',
  `/${'a/'.repeat(3_000)}`,
  `/${long(9_000)}`,
  '*',
  'login',
  '?login_challenge=guarded-login',
  'http://evil.example/login',
  'http://evil.example//evil.example/',
  'http://user:pass@127.0.0.1/login',
  'https://127.0.0.1:99999/login',
  'http:///login',
  'javascript:alert(1)',
  'data:text/html,x',
  'evil.example:443',
  '/health/ready',
  '/health/alive/',
  '/health',
];

const plainPaths = [
  ...Object.keys(screens).flatMap((path) => [path, path, path]),
  '/',
  '/error',
  '/logged-out',
  '/logout/stayed',
  '/device/success',
  '/oauth2/device/success',
  '/health/alive',
];

const otherMethods = [
  'HEAD',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'PROPFIND',
  'M-SEARCH',
  'PURGE',
  'QUERY',
];
const brokenMethods = [
  'get',
  'GETT',
  'G\0T',
  '',
  ' GET',
  'CONNECT',
  'PRI',
  '\u00fc',
  'POST POST',
  long(500),
];
const brokenVersions = [
  'HTTP/0.9',
  'HTTP/2.0',
  'HTTP/1.2',
  'HTTP/1',
  'HTTX/1.1',
  'http/1.1',
  '',
  'HTTP/1.1 X',
];

/** Header lines that a server has to live with. */
const oddHeaders = [
  'Accept-Language: ;;q=,,,',
  'Accept-Language: de;q=NaN, *;q=-1, he;q=99999999999999',
  `Accept-Language: ${'xx-YY,'.repeat(1_000)}`,
  'Accept-Language: __proto__, constructor',
  'Accept-Language: \u00fc\u00df\u0080',
  'Accept: text/html;;;q=x,,',
  'Accept: */*;q=0',
  'Accept: ',
  `Accept-Encoding: ${'gzip;q=0,'.repeat(500)}br`,
  'Cookie: ',
  'Cookie: ;;;=;=x; =',
  'Cookie: portico_csrf=s%3Azz%zz.%; portico_session=s%3A%E0%A4%A',
  'Cookie: portico_csrf=j%3A%7B%22a%22%3A1%7D; portico_lang=j%3A%5B1%5D',
  'Cookie: portico_session=s%3Aabc.def; portico_session=s%3Aabc.def',
  'Cookie: portico_session=%00; portico_known=__proto__; portico_lang=__proto__',
  `Cookie: portico_csrf=${long(8_000)}; portico_session=${long(8_000)}`,
  `Cookie: ${'a=b; '.repeat(2_000)}`,
  'Cookie: __proto__=polluted; constructor=polluted',
  'Origin: null',
  'Origin: http://evil.example',
  'Origin: \u00fc',
  'Referer: javascript:alert(1)',
  'Sec-Fetch-Site: cross-site',
  'Sec-Fetch-Site: same-origin, cross-site',
  'X-Forwarded-For: 1.2.3.4, %, ::::, __proto__',
  'X-Forwarded-Proto: javascript',
  'X-Forwarded-Host: evil.example',
  'X-Request-Id: <script>alert(1)</script>',
  'X-HTTP-Method-Override: DELETE',
  'X-Original-URL: /admin',
  'Forwarded: for=";;;=";proto=',
  'Range: bytes=0-1,-5,99999999999999999999-',
  'If-None-Match: *',
  'If-Modified-Since: not a day',
  'Authorization: Basic %%%',
  'Upgrade: websocket',
  'Upgrade-Insecure-Requests: \u0000',
  'Max-Forwards: -1',
  'TE: trailers, deflate;q=x',
  'Via: 1.1 \u00fc',
  'Proxy-Connection: keep-alive',
  '__proto__: polluted',
  'constructor: polluted',
  `X-Long: ${long(20_000)}`,
];

/** Header lines after which there may be no request any more. */
const brokenHeaders = [
  'no colon',
  ': no name',
  'Na me: x',
  ' folded: x',
  'X-Null: a\0b',
  'X-Bell: \u0007',
  'Host: second.example',
  'Host: ',
  'Content-Length: -1',
  'Content-Length: 1e3',
  'Content-Length: 99999999999999999999',
  'Content-Length: 5, 6',
  'Transfer-Encoding: gzip',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: xchunked',
  'Expect: 100-continue',
  'Expect: the unexpected',
  'Connection: keep-alive, upgrade, \u0000',
  'Trailer: Content-Length',
  `X-Huge: ${long(70_000)}`,
  Array.from({ length: 2_500 }, (_, at) => `X-${at}: ${at}`).join('\r\n'),
];

const formType = 'application/x-www-form-urlencoded';
const oddTypes = [
  '',
  'application/json',
  'text/plain',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  `${formType}; charset=utf-16`,
  `${formType}; charset=koi8-r`,
  `${formType}; charset=iso-8859-1`,
  `${formType}; charset=__proto__`,
  `${formType}; charset="`,
  `${formType};;;`,
  `${formType}, ${formType}`,
  formType.toUpperCase(),
  'application/x-www-form-urlencoded-not',
  'application/*',
  '/',
  '\u00fc',
  `text/${long(5_000)}`,
];
const oddCodings = [
  'gzip',
  'deflate',
  'br',
  'zstd',
  'identity',
  'x-unknown',
  'gzip, gzip',
  '',
  '__proto__',
];

const oddBodies = [
  '',
  '%',
  '&&&&',
  '====',
  '=&=&=',
  '%00=%00',
  '{"login_challenge":"guarded-login","decision":"accept"}',
  '[1,2',
  '--x\r\nContent-Disposition: form-data; name="decision"\r\n\r\naccept\r\n--x--',
  '\u{1f600}=\u{1f600}',
  '\0\0\0\0',
  `a=${long(60_000)}`,
  `a=${long(70_000)}`,
  `${'a&'.repeat(999)}a`,
  `${'a=1&'.repeat(2_000)}b=2`,
  `${'a[]=1&'.repeat(500)}b=2`,
  `a${'[a]'.repeat(500)}=1`,
  '__proto__[polluted]=1&constructor[prototype][polluted]=1',
];

/** @see https://en.wikipedia.org/wiki/Linear_congruential_generator, with the constants of Numerical Recipes */
function dice(seed: number) {
  let state = seed >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  return {
    below,
    chance: (share: number) => next() < share,
    one: <T>(items: readonly T[]): T => items[below(items.length)]!,
  };
}

type Dice = ReturnType<typeof dice>;

/** @param seed the same one makes the same requests */
export function malformedRequests(seed: number, count: number, ready: Ready): MalformedRequest[] {
  const die = dice(seed);
  return Array.from({ length: count }, () => malformedRequest(die, ready));
}

function malformedRequest(die: Dice, ready: Ready): MalformedRequest {
  const method = die.chance(0.45) ? 'POST' : die.chance(0.7) ? 'GET' : die.one(otherMethods);
  const isTrusted = method === 'POST' && die.chance(0.4);
  const paths = die.chance(0.65) ? plainPaths : oddPaths;
  const path = die.one(isTrusted && die.chance(0.9) ? Object.keys(screens) : paths);
  const sent = { method, path, isTrusted, ready };
  const body = method === 'POST' || die.chance(0.05) ? bodyOf(die, sent) : undefined;
  const target = path + queryOf(die, path, method);
  const headers = [
    'Host: 127.0.0.1',
    'Connection: close',
    ...(die.chance(0.8) ? ['Accept: text/html'] : []),
    ...(body?.headers ?? []),
    ...Array.from({ length: die.below(4) }, () => die.one(oddHeaders)),
  ];
  const line = `${method} ${target} ${die.chance(0.1) ? 'HTTP/1.0' : 'HTTP/1.1'}`;
  const whole = { line, headers, body: body?.bytes ?? Buffer.alloc(0), end: '\r\n' };
  const isWhole = (body?.isWhole ?? true) && !die.chance(0.25);
  const bytes = bytesOf(isWhole ? whole : broken(die, whole));
  const cuts = die.chance(0.2) ? [die.below(bytes.length), die.below(bytes.length)] : [];
  // Blanks and controls end a target early, and bytes beyond ASCII may not stand there.
  const isTargetSound = /^\/[\x21-\x7e]*$/.test(target);
  return {
    bytes,
    cuts: cuts.toSorted((a, b) => a - b),
    isWhole: isWhole && isTargetSound,
    isTrusted,
  };
}

function queryOf(die: Dice, path: string, method: string): string {
  const pairs: string[] = [];
  const name = screens[path];
  if (name && die.chance(0.6)) {
    pairs.push(`${name}=${guardedChallenge(die, name, method)}`);
  }
  const more = die.chance(0.02) ? 2_000 : die.below(5);
  for (let i = 0; i < more; i++)
    pairs.push(`${die.one(oddNames)}=${more > 5 ? i : die.one(oddValues)}`);
  const marks = die.chance(0.05) ? ['??', '?#', '?&&', '?;'] : ['?'];
  return pairs.length > 0 ? die.one(marks) + pairs.join('&') : '';
}

/** One that must not be answered without the right token, whatever the method, or an odd one. */
function guardedChallenge(die: Dice, name: ChallengeName, method: string): string {
  if (die.chance(0.15)) return die.one(oddValues);
  const known: Partial<typeof guarded> = method === 'GET' || die.chance(0.5) ? guarded : unasked;
  return known[name] ?? guarded[name];
}

interface Sent {
  method: string;
  path: string;
  isTrusted: boolean;
  ready: Ready;
}

interface Body {
  bytes: Buffer;
  headers: string[];
  isWhole: boolean;
}

/** A form with something wrong, or no form at all. */
function bodyOf(die: Dice, sent: Sent): Body {
  const { isTrusted, ready } = sent;
  const text = die.chance(isTrusted ? 0.9 : 0.7) ? formOf(die, sent) : die.one(oddBodies);
  const bytes = Buffer.from(text);
  const type = isTrusted || die.chance(0.7) ? formType : die.one(oddTypes);
  const headers = [`Content-Type: ${type}`];
  if (isTrusted) {
    // An address of its own, so that no try is refused for the wrong ones before it.
    const address = `10.0.${die.below(256)}.${die.below(256)}`;
    headers.push(`Cookie: ${ready.cookie}`, `X-Forwarded-For: ${address}`);
  }
  if (die.chance(0.08)) headers.push(`Content-Encoding: ${die.one(oddCodings)}`);
  if (die.chance(0.2)) {
    const [first, rest] = [bytes.subarray(0, 7), bytes.subarray(7)];
    const chunk = (part: Buffer) =>
      `${part.length.toString(16)};odd="x"\r\n${part.toString('latin1')}\r\n`;
    const chunks = [first, rest].filter((part) => part.length > 0).map(chunk);
    const inChunks = Buffer.from(`${chunks.join('')}0\r\nX-Trailer: 1\r\n\r\n`, 'latin1');
    return { bytes: inChunks, headers: [...headers, 'Transfer-Encoding: chunked'], isWhole: true };
  }
  const off = die.chance(0.1) ? die.one([-5, 50]) : 0;
  const length = Math.max(0, bytes.length + off);
  return {
    bytes,
    headers: [...headers, `Content-Length: ${length}`],
    isWhole: length === bytes.length,
  };
}

/** What a form of the screen posts, with the right token only when it is trusted. */
function formOf(die: Dice, { method, path, isTrusted, ready }: Sent): string {
  const name = screens[path] ?? die.one(Object.values(screens));
  const challenge = isTrusted
    ? open[name] + die.below(openChallenges)
    : guardedChallenge(die, name, method);
  const token = isTrusted
    ? encodeURIComponent(ready.token)
    : die.one(['', 'x', long(200), `${encodeURIComponent(ready.token)}x`, '%', '%00', '__proto__']);
  const fields = [
    `_csrf=${token}`,
    `sealed=${ready.sealed.get(challenge) ?? die.one(oddValues)}`,
    `${name}=${challenge}`,
    `decision=${die.one(die.chance(0.7) ? ['accept', 'reject'] : oddDecisions)}`,
    `email=${die.chance(0.6) ? 'foo%40bar.com' : die.one(oddValues)}`,
    `password=${die.chance(0.6) ? 'foobar' : die.one(oddValues)}`,
    'grant_scope=openid',
    `grant_scope=${die.one(['photos', 'admin', ...oddValues])}`,
    'user_code=ABCD2345',
    'remember=true',
  ].filter(() => die.chance(0.95));
  for (let i = die.below(4); i > 0; i--) {
    const field = `${die.one(oddNames)}=${die.one(oddValues)}`;
    if (isTrusted || !/^(\w+_challenge|_csrf)=/.test(field)) {
      fields.splice(die.below(fields.length + 1), 0, field);
    }
  }
  return fields.join(die.chance(0.05) ? ';' : '&');
}

interface Parts {
  line: string;
  headers: string[];
  body: Buffer;
  end: string;
}

/** Breaks what HTTP itself stands on. */
function broken(die: Dice, whole: Parts): Parts {
  const [method = '', target = '', version = ''] = whole.line.split(' ');
  const breaks: (() => Partial<Parts>)[] = [
    () => ({ line: `${die.one(brokenMethods)} ${target} ${version}` }),
    () => ({ line: `${method} ${target} ${die.one(brokenVersions)}` }),
    () => ({ line: `${method} ${target}\t${version}` }),
    () => ({ line: `\r\n\r\n${whole.line}` }),
    () => ({ line: die.one(['', '\0', '\u{16}\u{3}\u{1}\u{2}\0\u{1}', 'GET', long(70_000)]) }),
    () => ({ headers: [...whole.headers, die.one(brokenHeaders)] }),
    () => ({ headers: [die.one(brokenHeaders), ...whole.headers] }),
    () => ({ headers: whole.headers.filter((header) => !header.startsWith('Host')) }),
    () => ({ headers: whole.headers.filter((header) => !header.startsWith('Content-Length')) }),
    () => ({ headers: [...whole.headers, 'Transfer-Encoding: chunked'] }),
    () => ({
      headers: [
        ...whole.headers.filter((header) => !header.startsWith('Content-Length')),
        'Transfer-Encoding: chunked',
      ],
      body: Buffer.from(
        die.one([
          'zz\r\n',
          'ffffffffffffffff\r\n',
          '-1\r\n',
          '5\r\nab',
          '\r\n',
          '5;\0\r\nabcde\r\n',
        ]),
      ),
    }),
    () => ({ body: Buffer.concat([whole.body, Buffer.from('GET / HTTP/1.1\r\n\r\n\0\0')]) }),
    () => ({ body: whole.body.subarray(0, die.below(whole.body.length + 1)) }),
    () => ({ end: '\n' }),
    () => ({ end: '\r' }),
  ];
  return { ...whole, ...die.one(breaks)() };
}

function bytesOf({ line, headers, body, end }: Parts): Buffer {
  const head = [line, ...headers, '', ''].join(end);
  return Buffer.concat([Buffer.from(head), body]);
}
