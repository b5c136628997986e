/** What a trusted proxy says of a request goes on to all that Portico asks for it; OpenTelemetry is off. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp } from '../support/app.ts';
import { databases, fill, open } from '../support/databases.ts';
import { startPeopleApi } from '../support/people-api.ts';
import { foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';

// A busy machine takes its time.
jest.setTimeout(60_000);

const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
const fromProxy = {
  traceparent: `00-${trace}-00f067aa0ba902b7-01`,
  tracestate: "vendor=*/');--",
  'X-Request-Id': 'proxy:4711',
};
const onward = {
  traceparent: fromProxy.traceparent,
  tracestate: fromProxy.tracestate,
  'x-request-id': fromProxy['X-Request-Id'],
};
const names = Object.keys(onward);
const isTrusted = { TRUST_PROXY: 'loopback', LOG_LEVEL: 'info' };

let stub: AdminStub;
beforeAll(async () => {
  stub = await startAdminStub();
});
beforeEach(() => stub.reset());
afterAll(() => stub.close());

const loginPage = () => addressOf('/login', 'login_challenge', stub.login(newChallenge('login')));

test.each(['got', 'undici'])('to the OAuth2 server, by %s', async (HYDRA_TRANSPORT) => {
  const app = await startApp(stub, { ...isTrusted, HYDRA_TRANSPORT });
  const browser = app.browser(fromProxy);
  await browser.submit(await browser.get(loginPage()), { fill: foosLogin });
  expect(stub.calls.map(({ operation }) => operation)).toContain('login.accept');
  for (const { headers } of stub.calls) expect(headers).toMatchObject(onward);
  for (const line of [...app.logs, ...app.audits]) {
    expect(line).toMatchObject({ request: 'proxy:4711', trace });
  }
  // Requests at once keep theirs apart.
  stub.calls.length = 0;
  const ids = Array.from({ length: 20 }, (_, at) => `one-${at}`);
  const opened = ids.map(async (id) => {
    const challenge = stub.login(newChallenge('login'));
    const address = addressOf('/login', 'login_challenge', challenge);
    await app.browser({ 'X-Request-Id': id }).get(address);
    return [challenge, id] as const;
  });
  const idOf = new Map(await Promise.all(opened));
  expect(stub.calls).toHaveLength(ids.length);
  for (const { challenge, headers } of stub.calls) {
    expect(headers['x-request-id']).toBe(idOf.get(challenge!));
    expect(headers).not.toHaveProperty('traceparent');
  }
  await app.close();
});

test('from nobody else', async () => {
  const app = await startApp(stub, { LOG_LEVEL: 'info' });
  const browser = app.browser(fromProxy);
  await browser.submit(await browser.get(loginPage()), { fill: foosLogin });
  for (const { headers } of stub.calls) {
    for (const name of names) expect(headers).not.toHaveProperty(name);
  }
  for (const line of [...app.logs, ...app.audits]) {
    expect(line).not.toHaveProperty('trace');
    expect(line['request']).not.toBe('proxy:4711');
  }
  await app.close();
});

test('a header that is not valid is as if it were not there', async () => {
  const app = await startApp(stub, isTrusted);
  await app.browser({ traceparent: '00-0-0-01', 'X-Request-Id': 'a b' }).get(loginPage());
  for (const { headers } of stub.calls) {
    for (const name of names) expect(headers).not.toHaveProperty(name);
  }
  expect(app.logs[0]).not.toHaveProperty('trace');
  await app.close();
});

test('faults of a request and of its user store say which it was', async () => {
  const api = await startPeopleApi((_call, _req, res) => res.writeHead(503).end());
  const env = { IDENTITY: 'http', USERS_FILE: undefined, PEOPLE_API_URL: api.url };
  const app = await startApp(stub, { ...isTrusted, ...env });
  const browser = app.browser(fromProxy);
  const failed = await browser.submit(await browser.get(loginPage()), { fill: foosLogin });
  expect(failed.status).toBe(503);
  expect(app.logs.find(({ msg }) => msg === 'cannot answer')).toMatchObject({
    request: 'proxy:4711',
    trace,
  });
  expect(api.calls).toHaveLength(1);
  for (const { headers } of api.calls) expect(headers).toMatchObject(onward);
  await app.close();
  await api.close();
});

describe.each(databases())('to $name', (home) => {
  test('as a comment, which nothing in it can end', async () => {
    const address = await home.fresh();
    const database = await open(address);
    await fill(database);
    await database.close();
    // The statement as the database got it, as a claim of the person.
    const select =
      'SELECT subject, email, password_hash, current_query() AS nickname FROM portico_people WHERE';
    const app = await startApp(stub, {
      ...isTrusted,
      IDENTITY: 'sql',
      USERS_FILE: undefined,
      DATABASE_URL: address,
      PEOPLE_BY_LOGIN: `${select} email = $1`,
      PEOPLE_BY_SUBJECT: `${select} subject = $1 -- by subject`,
    });
    const told = async (headers: Record<string, string>): Promise<string | undefined> => {
      const browser = app.browser(headers);
      const challenge = stub.consent(newChallenge('consent'), {
        subject: foo.subject,
        requested_scope: ['openid', 'profile'],
      });
      const at = addressOf('/consent', 'consent_challenge', challenge);
      await browser.submit(await browser.get(at), { press: 'accept' });
      const { session } = stub.sent('consent.accept').at(-1)!.body as never;
      return (session as { id_token: { nickname?: string } }).id_token.nickname;
    };
    const encoded = 'vendor%3D%2A%2F%27%29%3B--';
    expect(await told(fromProxy)).toMatch(
      ` /*request_id='proxy%3A4711',traceparent='${fromProxy.traceparent}',tracestate='${encoded}'*/`,
    );
    expect(await told({})).not.toContain('/*');
    await app.close();
  });
});
