/** The backend `http` in front of APIs that are right, wrong, slow, broken and hostile. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from '@portico/settings';
import type { Identity } from '../../src/identity/backend.ts';
import { settingsOfBackends } from '../../src/identity/index.ts';
import { origin } from '../support/origin.ts';
import { openHttpIdentity, startPeopleApi, token } from '../support/people-api.ts';
import { until } from '../support/until.ts';

const max = { subject: 'max-1', email: 'max@example.org' };
const secret = 'a password that nobody may read';
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

type Respond = Parameters<typeof startPeopleApi>[0];

async function start(respond: Respond, env: Record<string, string> = {}) {
  const api = await startPeopleApi(respond);
  closing.push(() => api.close());
  return { api, ...(await open(api.url, env)) };
}

async function open(url: string, env: Record<string, string> = {}) {
  const opened = await openHttpIdentity({ PEOPLE_API_URL: url, PEOPLE_API_TOKEN: token, ...env });
  closing.push(() => opened.identity.close());
  return opened;
}

const json = (res: ServerResponse, status: number, body: unknown, headers = {}) =>
  res
    .writeHead(status, { 'Content-Type': 'application/json', ...headers })
    .end(typeof body === 'string' ? body : JSON.stringify(body));
const answering =
  (status: number, body: unknown = {}, headers = {}): Respond =>
  (_call, _req, res) =>
    json(res, status, body, headers);

const verify = (identity: Identity) => identity.verify(max.email, secret, origin);

/** What an error says, with all its causes, as the log may show it. */
const saidBy = (error: unknown): string =>
  error instanceof Error
    ? `${error.message} ${error.stack} ${JSON.stringify(error.cause)} ${JSON.stringify(error)}`
    : String(error);

async function expectDown(identity: Identity, call: 'verify' | 'find' | 'both' = 'both') {
  const asked = {
    verify: () => verify(identity),
    find: () => identity.find(max.subject),
  };
  for (const name of call === 'both' ? (['verify', 'find'] as const) : [call]) {
    const error = await asked[name]().then(String, (thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'IdentityError', kind: 'down' });
    expect(saidBy(error)).not.toContain(secret);
    expect(saidBy(error)).not.toContain(token);
  }
}

describe('a question to the API', () => {
  test('has all that the API needs to know, and the token', async () => {
    const { api, identity } = await start(answering(200, { ...max, subject: 'a/b c' }));
    await identity.verify('  MAX@Example.org ', 'a\u00A0b', origin);
    await identity.find('a/b c');
    const headers = { authorization: `Bearer ${token}` };
    expect(api.calls).toMatchObject([
      {
        method: 'POST',
        path: '/verify',
        headers: { ...headers, 'content-type': 'application/json' },
      },
      { method: 'GET', path: '/people/a%2Fb%20c', headers },
    ]);
    expect(JSON.parse(api.calls[0]!.body)).toEqual({
      login: max.email,
      password: 'a b',
      address: origin.address,
      request_id: origin.request,
    });
  });

  test('is not asked about logins, passwords and subjects that nobody has', async () => {
    const { api, identity } = await start(answering(200, max));
    for (const login of ['', ' \u200B', 'a\0b', '\uD800', 'x'.repeat(321)]) {
      expect(await identity.verify(login, secret, origin)).toEqual({ refused: 'wrong' });
    }
    expect(await identity.verify(max.email, '', origin)).toEqual({ refused: 'wrong' });
    for (const subject of ['', '.', '..', '\0', '\uD800', 'x'.repeat(256)]) {
      expect(await identity.find(subject)).toBeUndefined();
    }
    expect(api.calls).toEqual([]);
  });

  test('goes to the path of the address', async () => {
    const api = await startPeopleApi(answering(200, max));
    closing.push(() => api.close());
    const { identity } = await open(`${api.url}/v1/`);
    await identity.find(max.subject);
    expect(api.calls).toMatchObject([{ path: '/v1/people/max-1' }]);
  });
});

describe('an answer to a password', () => {
  test.each<[number, unknown, object]>([
    [200, max, { user: max }],
    [200, { ...max, disabled: true }, { refused: 'disabled' }],
    [401, {}, { refused: 'wrong' }],
    [401, 'not JSON', { refused: 'wrong' }],
    [403, { reason: 'disabled' }, { refused: 'disabled' }],
    [403, { reason: 'locked' }, { refused: 'locked' }],
    [403, { reason: 'password_expired' }, { refused: 'password_expired' }],
    [423, {}, { refused: 'locked' }],
  ])('of %i with %j', async (status, body, expected) => {
    const { api, identity } = await start(answering(status, body));
    expect(await verify(identity)).toEqual(expected);
    expect(api.calls).toHaveLength(1);
  });

  test.each<[number, unknown]>([
    ...[201, 202, 204, 206, 300, 301, 302, 303, 304, 307, 308].map((s): [number, object] => [
      s,
      max,
    ]),
    ...[400, 402, 404, 405, 410, 415, 418, 422, 500, 501, 502, 503, 504, 599].map(
      (s): [number, object] => [s, max],
    ),
    [403, {}],
    [403, 'not JSON'],
    [403, 'null'],
    [403, { reason: 'wrong' }],
    [403, { reason: ['locked'] }],
  ])('of %i with %j is a fault, and never a wrong password', async (status, body) => {
    const { api, identity } = await start(answering(status, body, { Location: '/people/max-1' }));
    await expectDown(identity, 'verify');
    expect(api.calls).toHaveLength(1);
  });

  test.each(['Bearer', 'bearer error="invalid_token"', 'Basic realm="x", Bearer'])(
    'that refuses the token (%s) is a fault, and not a wrong password',
    async (scheme) => {
      const { identity } = await start(answering(401, {}, { 'WWW-Authenticate': scheme }));
      await expectDown(identity);
      expect(await identity.ready()).toBe(false);
    },
  );

  test('that wants another kind of proof than a token is of the password', async () => {
    const { identity } = await start(answering(401, {}, { 'WWW-Authenticate': 'Password' }));
    expect(await verify(identity)).toEqual({ refused: 'wrong' });
  });

  test.each([
    ['7', 7],
    ['86400', 600],
    ['999999999', 600],
    ['0', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['9'.repeat(400), undefined],
    ['Fri, 27 Nov 2099 00:00:00 GMT', undefined],
  ])('of 429 that wants %s seconds is told to the page as %s', async (given, retryAfterSeconds) => {
    const { identity } = await start(answering(429, {}, { 'Retry-After': given }));
    await expect(verify(identity)).rejects.toMatchObject({ kind: 'busy', retryAfterSeconds });
  });

  test('of 429 asks to come again', async () => {
    const { identity } = await start(answering(429));
    const busy = { name: 'IdentityError', kind: 'busy' };
    await expect(verify(identity)).rejects.toMatchObject(busy);
    await expect(identity.find(max.subject)).rejects.toMatchObject(busy);
  });
});

describe('an answer about a subject', () => {
  test('is a person, even a disabled one, or nobody', async () => {
    const disabled = { ...max, disabled: true };
    const { identity } = await start(({ path }, _req, res) =>
      path === '/people/max-1' ? json(res, 200, disabled) : json(res, 404, {}),
    );
    expect(await identity.find(max.subject)).toEqual(disabled);
    expect(await identity.find('nobody')).toBeUndefined();
    expect(await identity.ready()).toBe(true);
  });

  test.each([201, 204, 302, 400, 401, 403, 410, 423, 500, 503])(
    'of %i is a fault',
    async (status) => {
      const { identity } = await start(answering(status, max, { Location: '/elsewhere' }));
      await expectDown(identity, 'find');
      expect(await identity.ready()).toBe(false);
    },
  );

  test('with another person is a fault', async () => {
    const { identity } = await start(answering(200, max));
    await expect(identity.find('MAX-1')).rejects.toMatchObject({ kind: 'down' });
  });
});

describe('a person', () => {
  test.each([
    ['without a subject', { email: max.email }],
    ['with an empty subject', { ...max, subject: '' }],
    ['with a number for a subject', { ...max, subject: 1 }],
    ['with a control character in the subject', { ...max, subject: 'max\n1' }],
    ['without an email address', { subject: max.subject }],
    ['with half an email address', { ...max, email: 'max' }],
    ['with an email address of null', { ...max, email: null }],
    ['whose "disabled" is a text', { ...max, disabled: 'true' }],
    ['whose credential is an object', { ...max, credential: {} }],
    ['in a list', [max]],
    ['that is null', 'null'],
    ['that is cut off', JSON.stringify(max).slice(0, -4)],
    ['that is nothing', ''],
    ['in a page', `<html>${secret}</html>`],
  ])('%s is a fault', async (_what, body) => {
    const { identity } = await start(answering(200, body));
    await expectDown(identity);
  });

  test('in another type than JSON is a fault', async () => {
    const { identity } = await start(answering(200, max, { 'Content-Type': 'text/html' }));
    await expectDown(identity);
  });

  test('loses claims of a wrong type, which the log names once', async () => {
    const given = {
      ...max,
      name: 7,
      email_verified: 'yes',
      address: ['x'],
      locale: null,
      teams: [1],
    };
    const { identity, lines } = await start(answering(200, given));
    const kept = { ...max, claims: { teams: [1] } };
    expect(await verify(identity)).toEqual({ user: kept });
    expect(await identity.find(max.subject)).toEqual(kept);
    const names = lines.map(({ details }) => details);
    expect(names).toEqual([{ claim: 'name' }, { claim: 'email_verified' }, { claim: 'address' }]);
  });

  test('has a mark of the credential that changes with it and does not hold it', async () => {
    let credential: unknown = 'hash-1';
    const { identity } = await start((_call, _req, res) => json(res, 200, { ...max, credential }));
    const first = await identity.find(max.subject);
    expect(await verify(identity)).toEqual({ user: first });
    expect(first?.credential).toMatch(/^[\w-]{22}$/);
    credential = 1_700_000_000;
    expect((await identity.find(max.subject))?.credential).not.toBe(first?.credential);
  });
});

describe('an API that does not answer well', () => {
  test('is down when nobody listens', async () => {
    const { api, identity } = await start(answering(200, max));
    await api.close();
    await expectDown(identity);
    expect(await identity.ready()).toBe(false);
  });

  test('is down when it says nothing in time, and is asked for a password once', async () => {
    const { api, identity } = await start(() => {}, { PEOPLE_API_TIMEOUT_MS: '100' });
    await expectDown(identity, 'verify');
    expect(api.calls).toHaveLength(1);
    expect(await identity.ready()).toBe(false);
  });

  test('is down when its answer does not end in time', async () => {
    const drip: Respond = (_call, _req, res) =>
      void res.writeHead(200, { 'Content-Type': 'application/json' }).write('{"subject":');
    const { identity } = await start(drip, { PEOPLE_API_TIMEOUT_MS: '100' });
    await expectDown(identity);
  });

  test('is down when its answer is too long', async () => {
    const { identity } = await start(answering(200, { ...max, note: 'x'.repeat(64 * 1024) }));
    await expectDown(identity);
  });

  test('is down when its answer never ends', async () => {
    const { identity } = await start((_call, _req, res) => {
      res.writeHead(200, { 'Content-Type': 'application/json' });
      const more = () =>
        void (!res.destroyed && res.write('x'.repeat(10_000), () => setImmediate(more)));
      more();
    });
    await expectDown(identity);
  });

  test('is down when it hangs up before or within its answer', async () => {
    const { api, identity } = await start(({ method }, req, res) => {
      if (method === 'POST') return req.socket.destroy();
      res.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '99' });
      return res.write('{}', () => req.socket.destroy());
    });
    await expectDown(identity);
    expect(api.calls.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  test.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    [
      'another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n',
    ],
    ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
  ])('is down when it speaks %s', async (_what, raw) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(raw));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    closing.push(async () => server.close());
    const { identity } = await open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      PEOPLE_API_TIMEOUT_MS: '60000', // longer than a test may take
    });
    await expectDown(identity);
  });

  test('works again when it is back', async () => {
    let isAway = true;
    const { identity } = await start((_call, _req, res) => json(res, isAway ? 503 : 200, max));
    await expectDown(identity);
    isAway = false;
    expect(await verify(identity)).toEqual({ user: max });
    expect(await identity.find(max.subject)).toEqual(max);
  });

  test('may drop idle connections: a person is looked up once more, a password not', async () => {
    let isDropping = false;
    const { api, identity } = await start((_call, req, res) => {
      if (!isDropping) return json(res, 200, max);
      isDropping = false;
      return req.socket.destroy();
    });
    await identity.find(max.subject);
    isDropping = true;
    expect(await identity.find(max.subject)).toEqual(max);
    expect(api.calls).toHaveLength(3);
    isDropping = true;
    await expectDown(identity, 'verify');
    expect(api.calls).toHaveLength(4);
  });
});

test('many questions at once get their own answers on few connections', async () => {
  const { api, identity } = await start(({ path = '' }, _req, res) =>
    json(res, 200, { ...max, subject: path.slice('/people/'.length) }),
  );
  const sockets = new Set<unknown>();
  api.server.on('connection', (socket) => sockets.add(socket));
  const subjects = Array.from({ length: 300 }, (_, index) => `person-${index}`);
  const found = await Promise.all(subjects.map((subject) => identity.find(subject)));
  expect(found.map((user) => user?.subject)).toEqual(subjects);
  expect(sockets.size).toBeGreaterThan(1);
  expect(sockets.size).toBeLessThanOrEqual(64);
});

test('closing ends idle connections', async () => {
  const { api, identity } = await start(answering(200, max));
  let ended = 0;
  api.server.on('connection', (socket) => socket.on('close', () => (ended += 1)));
  await identity.find(max.subject);
  expect(ended).toBe(0);
  await identity.close();
  await until(() => ended === 1);
});

describe('the settings', () => {
  test.each([
    'http://localhost:8080',
    'http://127.0.0.1:8080/v1',
    'http://[::1]:8080',
    'https://people.example.org',
  ])('take %s', async (url) => {
    const { values, warnings } = readSettings(settingsOfBackends(['http']), {
      PEOPLE_API_URL: url,
    });
    expect(values).toMatchObject({ PEOPLE_API_URL: url });
    expect(warnings).toEqual([]);
  });

  test.each([
    'http://people:8080',
    'http://people.auth.svc.cluster.local',
    'http://people.internal',
    'http://10.1.2.3',
    'http://172.31.0.1',
    'http://192.168.0.7',
    'http://[fd00::1]',
  ])('doubt %s', (url) => {
    const { warnings } = readSettings(settingsOfBackends(['http']), { PEOPLE_API_URL: url });
    expect(warnings).toEqual([expect.stringContaining('PEOPLE_API_URL is not https')]);
  });

  test.each([
    'http://people.example.org',
    'http://93.184.216.34',
    'http://172.32.0.1',
    'http://[2001:db8::1]',
    'http://127.0.0.1.example.org',
    'https://user:word@people.example.org',
    'https://people.example.org?x=1',
    'people.example.org',
  ])('refuse %s', (url) => {
    expect(() => readSettings(settingsOfBackends(['http']), { PEOPLE_API_URL: url })).toThrow(
      SettingsError,
    );
  });
});

describe('files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'people-api-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function write(name: string, content: string): Promise<string> {
    await writeFile(join(folder, name), content, { mode: 0o600 });
    return join(folder, name);
  }

  test('a token is read again when its file changes, and its last good one stays', async () => {
    const file = await write('token', 'first\n');
    const api = await startPeopleApi(answering(200, max));
    closing.push(() => api.close());
    const { identity, lines } = await openHttpIdentity({
      PEOPLE_API_URL: api.url,
      PEOPLE_API_TOKEN_FILE: file,
    });
    closing.push(() => identity.close());
    const sent = async () => {
      await identity.find(max.subject);
      return api.calls.at(-1)?.headers.authorization;
    };
    expect(await sent()).toBe('Bearer first');
    await write('token', 'second\n');
    await until(async () => (await sent()) === 'Bearer second');
    await write('token', 'two\nlines\n');
    await until(async () => (await sent()) === 'Bearer second' && lines.length > 0);
    expect(JSON.stringify(lines)).toContain(file);
    expect(JSON.stringify(lines)).not.toContain('lines\\n');
  });

  test('that are of no use are a fault at start, which the operator can read', async () => {
    const bad = await write('bad.pem', '-----BEGIN NONSENSE-----');
    const url = 'https://localhost:1';
    await expect(open(url, { PEOPLE_API_CA_FILE: bad })).rejects.toThrow(SettingsError);
    await expect(open(url, { PEOPLE_API_CERT_FILE: bad })).rejects.toThrow('go together');
    const pair = { PEOPLE_API_CERT_FILE: bad, PEOPLE_API_KEY_FILE: bad };
    await expect(open(url, pair)).rejects.toThrow(bad);
  });
});

describe('TLS', () => {
  const fixture = (name: string) => `packages/hydra-admin/test/fixtures/tls/${name}`;
  const pem = (name: string) => readFileSync(fixture(name), 'utf8');
  const certified = { cert: pem('cert.pem'), key: pem('key.pem') };
  const trusting = { PEOPLE_API_CA_FILE: fixture('cert.pem') };

  async function startSecure(options: object = {}) {
    const api = await startPeopleApi(answering(200, max), { ...certified, ...options });
    closing.push(() => api.close());
    return api;
  }

  test('is checked: a certificate that nobody vouches for is a fault', async () => {
    const api = await startSecure();
    await expectDown((await open(api.url)).identity);
    const others = { PEOPLE_API_CA_FILE: fixture('next-cert.pem') };
    await expectDown((await open(api.url, others)).identity);
    expect(api.calls).toEqual([]);
  });

  test('takes the certificates of the file', async () => {
    const api = await startSecure();
    const { identity } = await open(api.url, trusting);
    expect(await verify(identity)).toEqual({ user: max });
  });

  const client = (part: string) => `test/identity/fixtures/client-${part}.pem`;

  test('shows a certificate of ours to an API that wants one', async () => {
    const wanting = {
      requestCert: true,
      rejectUnauthorized: true,
      ca: readFileSync(client('cert')),
    };
    const api = await startSecure(wanting);
    await expectDown((await open(api.url, trusting)).identity);
    const { identity } = await open(api.url, {
      ...trusting,
      PEOPLE_API_CERT_FILE: client('cert'),
      PEOPLE_API_KEY_FILE: client('key'),
    });
    expect(await verify(identity)).toEqual({ user: max });
    await expect(
      open(api.url, {
        PEOPLE_API_CERT_FILE: client('cert'),
        PEOPLE_API_KEY_FILE: fixture('key.pem'),
      }),
    ).rejects.toThrow(SettingsError);
  });
});
