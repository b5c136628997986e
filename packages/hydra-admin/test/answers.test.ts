import { describe, expect, test } from '@jest/globals';
import { readClients } from '../src/client-answers.ts';
import { isRecord } from '../src/json.ts';
import { readRedirect } from '../src/redirect.ts';
import { readConsentRequest, readLoginRequest, readLogoutRequest } from '../src/request-answers.ts';
import { MalformedAnswer } from '../src/schema.ts';
import { readHealth, readVersion } from '../src/server-answers.ts';
import { exchange } from './admin-api.ts';

type Reader = 'login' | 'consent' | 'logout';
type Fields = Record<string, unknown>;

const readers = { login: readLoginRequest, consent: readConsentRequest, logout: readLogoutRequest };
const good = {
  login: exchange('v26', 'login request, open').response.body,
  consent: exchange('v26', 'consent request, open').response.body,
  logout: exchange('v26', 'logout request, asked for by an app').response.body,
};

/** Reads the good answer with one member changed; `a.b` is `b` inside `a`. */
function readWith(reader: Reader, member: string, value: unknown): Fields {
  const fields: Fields = structuredClone(good[reader] ?? {});
  const [name = '', inner] = member.split('.');
  const outer = fields[name];
  fields[name] = inner && isRecord(outer) ? { ...outer, [inner]: value } : value;
  return { ...readers[reader](JSON.stringify(fields), 'asked') };
}

const values = {
  absent: undefined,
  null: null,
  number: 7,
  text: 'x',
  flag: true,
  list: [7],
  texts: ['a', 'b'],
  object: { a: 1 },
};
type Kind = keyof typeof values;

/** Each member, and the kinds of value that it accepts. */
const steps: [string, Kind[]][] = [
  ['subject', ['text']],
  ['skip', ['flag']],
  ['request_url', ['text']],
  ['requested_scope', ['texts', 'absent', 'null']],
  ['requested_access_token_audience', ['texts', 'absent', 'null']],
  ['oidc_context', ['object', 'absent', 'null']],
  ['oidc_context.login_hint', ['text', 'absent', 'null']],
  ['oidc_context.ui_locales', ['texts', 'absent', 'null']],
  ['oidc_context.acr_values', ['texts', 'absent', 'null']],
  ['oidc_context.id_token_hint_claims', ['object', 'absent', 'null']],
  ['client', []],
  ['client.client_id', ['text']],
  ['client.client_name', ['text', 'absent', 'null']],
  ['client.logo_uri', ['text', 'absent', 'null']],
  ['client.redirect_uris', ['texts', 'absent', 'null']],
  ['client.skip_consent', ['flag', 'absent', 'null']],
  ['client.skip_logout_consent', ['flag', 'absent', 'null']],
  ['client.metadata', ['absent', 'null', 'number', 'text', 'flag', 'list', 'texts', 'object']],
];
const members: Record<Reader, [string, Kind[]][]> = {
  login: [...steps, ['session_id', ['text', 'absent', 'null']]],
  consent: [
    ...steps,
    ['acr', ['text', 'absent', 'null']],
    ['amr', ['texts', 'absent', 'null']],
    ['login_session_id', ['text', 'absent', 'null']],
    ['context', ['absent', 'null', 'number', 'text', 'flag', 'list', 'texts', 'object']],
  ],
  logout: [
    ['subject', ['text']],
    ['request_url', ['text']],
    ['rp_initiated', ['flag']],
    ['sid', ['text', 'absent', 'null']],
    ['client', ['absent', 'null']],
    ['client.client_id', ['text']],
  ],
};

const names: Reader[] = ['login', 'consent', 'logout'];

describe.each(names)('a %s request', (reader) => {
  test.each(members[reader])('accepts a %s that is one of %j', (member, allowed) => {
    for (const [kind, value] of Object.entries(values)) {
      // A skipped login also needs a subject, see below.
      if (member === 'skip' && kind === 'flag') continue;
      const work = () => readWith(reader, member, value);
      if (allowed.some((one) => one === kind)) expect(work).not.toThrow();
      else expect(work).toThrow(MalformedAnswer);
    }
  });

  test.each(['', '{', '[]', 'null', '"text"', '<html>'])('refuses the body %j', (body) => {
    expect(() => readers[reader](body, 'asked')).toThrow(MalformedAnswer);
  });

  test('has the challenge that was asked for', () => {
    expect(readWith(reader, 'challenge', 7)).toMatchObject({ challenge: 'asked' });
  });
});

test('fills in missing lists and objects', () => {
  expect(readWith('login', 'requested_scope', undefined)).toMatchObject({ requested_scope: [] });
  expect(readWith('login', 'oidc_context', undefined)).toMatchObject({ oidc_context: null });
  expect(readWith('logout', 'client', undefined)).toMatchObject({ client: null });
});

test('leaves out members that are null, and metadata that is not an object', () => {
  expect(readWith('login', 'client.client_name', null)['client']).not.toHaveProperty('client_name');
  expect(readWith('login', 'client.metadata', 'x')['client']).not.toHaveProperty('metadata');
  expect(readWith('consent', 'amr', null)).not.toHaveProperty('amr');
});

test('refuses a skipped login without a subject', () => {
  expect(() => readWith('login', 'skip', true)).toThrow(MalformedAnswer);
});

test('names a wrong member, but not its value', () => {
  expect(() => readWith('login', 'client.client_id', 7)).toThrow(
    '"client.client_id" has the wrong type',
  );
  expect(() => readWith('login', 'client.client_id', undefined)).toThrow(
    '"client.client_id" is missing',
  );
});

test('passes unknown members on', () => {
  expect(readWith('login', 'later', { a: [1] })).toMatchObject({ later: { a: [1] } });
  expect(readWith('login', 'client.later', 7)).toMatchObject({ client: { later: 7 } });
});

test('names the place of a wrong member in a list', () => {
  const clients = [{ client_id: 'a' }, { client_id: 'b', scope: ['hush'] }];
  expect(() => readClients(JSON.stringify(clients))).toThrow(/^"1\.scope" has the wrong type$/);
  expect(() => readClients('["hush"]')).toThrow(/^"0" has the wrong type$/);
  expect(() => readClients('"hush"')).toThrow(/^the body has the wrong type$/);
  expect(() => readClients('hush')).toThrow(/^the body is not JSON$/);
});

test('reads version and health', () => {
  expect(readVersion('{"version":"v2.3.0"}')).toBe('v2.3.0');
  expect(readHealth('{"status":"ok"}')).toBe(true);
  for (const body of ['{}', '{"version":2}', '', '{"status":"error"}']) {
    expect(() => readVersion(body)).toThrow(MalformedAnswer);
    expect(() => readHealth(body)).toThrow(MalformedAnswer);
  }
});

const publicUrl = 'https://auth.example.org/base';
const redirectTo = (target: unknown) => JSON.stringify({ redirect_to: target });

test.each([
  ['https://auth.example.org/oauth2/auth?login_verifier=a%3D%3D', undefined],
  ['http://127.0.0.1:4444/x', undefined],
  ['HTTPS://AUTH.EXAMPLE.ORG/x', undefined],
  ['/oauth2/sessions/logout?state=a\\b', '/oauth2/sessions/logout?state=a\\b'],
  ['oauth2/auth', '/oauth2/auth'],
  ['?a=b:c', '/?a=b:c'],
])('accepts the redirect %s', (target, relative) => {
  expect(readRedirect(redirectTo(target), undefined)).toBe(target);
  const resolved = relative === undefined ? target : publicUrl + relative;
  expect(readRedirect(redirectTo(target), publicUrl)).toBe(resolved);
});

test.each([
  'javascript:alert(1)',
  ' javascript:alert(1)',
  'java\nscript:alert(1)',
  '\u0000javascript:alert(1)',
  'data:text/html,x',
  'app.example:/back',
  '//evil.example/',
  '/\\evil.example/',
  '\\\\evil.example/',
  'https://',
  'https:evil.example',
  'https://a.example/\r\nset-cookie: a=b',
  '',
  7,
  null,
  undefined,
  ['https://a.example/'],
  {},
])('refuses the redirect %j', (target) => {
  expect(() => readRedirect(redirectTo(target), publicUrl)).toThrow(MalformedAnswer);
  expect(() => readRedirect(redirectTo(target), undefined)).toThrow(MalformedAnswer);
});
