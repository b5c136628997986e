/** Each row was tried with real servers of 1.11, 2.3 and 26.2: this is what they read. */
import { describe, expect, test } from '@jest/globals';
import {
  isDeviceVerification,
  maxAgeOf,
  mayHintAtPerson,
  promptsOf,
  redirectUriOf,
  uiLocalesOf,
  withoutPerson,
} from '../src/index.ts';

const [a, b] = ['https://a.example/cb', 'https://b.example/cb'];
const [ea, eb] = [encodeURIComponent(a), encodeURIComponent(b)];
const urlWith = (query: string) => `https://auth.example/oauth2/auth?client_id=c&${query}`;

describe('the address that a request leads back to', () => {
  test.each([
    ['named', `redirect_uri=${eb}`],
    ['named with an escape', `redirect%5Furi=${eb}&redirect_uri=${ea}`],
    ['named twice', `redirect_uri=${eb}&redirect_uri=${ea}`],
    ['behind a pair with a semicolon', `redirect_uri=${ea};x&redirect_uri=${eb}`],
    ['behind another pair with one', `x=1;redirect_uri=${ea}&redirect_uri=${eb}`],
    ['behind an escaped semicolon', `x=1%3Bredirect_uri=${ea}&redirect_uri=${eb}`],
    ['behind a broken escape in a value', `redirect_uri=${ea}%zz&redirect_uri=${eb}`],
    ['behind a broken escape in a name', `redirect%5_uri=${ea}&redirect_uri=${eb}`],
    ['before a broken escape', `redirect_uri=${eb}&x=%`],
    ['behind another case', `Redirect_Uri=${ea}&redirect_uri=${eb}`],
    ['behind a blank', `+redirect_uri=${ea}&redirect_uri=${eb}`],
    ['behind a question mark', `?redirect_uri=${ea}&redirect_uri=${eb}`],
    ['behind empty pairs', `&&redirect_uri=${eb}`],
    ['beside an empty request object', `redirect_uri=${eb}&request=&request=ey.x`],
    ['with a request object outside the query', `redirect_uri=${eb}#&request=ey.x`],
  ])('is %s', (_how, query) => {
    expect(redirectUriOf(urlWith(query), [a, b])).toBe(b);
  });

  test('is the only one that there is when none is named', () => {
    expect(redirectUriOf(urlWith('x=1'), [a])).toBe(a);
    expect(redirectUriOf(urlWith('redirect_uri='), [a])).toBe(a);
    expect(redirectUriOf('https://auth.example/oauth2/auth', [a])).toBe(a);
  });

  test.each([
    ['there are several', 'x=1', [a, b]],
    ['the first one is empty and there are several', `redirect_uri=&redirect_uri=${eb}`, [a, b]],
    ['there is none', 'x=1', []],
    ['nothing is known of the client', 'x=1', undefined],
    ['there is a request object', `redirect_uri=${ea}&request=ey.x`, [a]],
    ['its name is escaped', `redirect_uri=${ea}&re%71uest=ey.x`, [a]],
    ['there is one elsewhere', `redirect_uri=${ea}&request_uri=https%3A%2F%2Fa.example%2Fr`, [a]],
  ])('is not known when %s', (_when, query, registered) => {
    expect(redirectUriOf(urlWith(query), registered)).toBeUndefined();
  });
});

test.each([
  ['', undefined],
  ['max_age=', undefined],
  ['max_age=3600', 3_600],
  ['max_age=0', 0],
  ['max%5Fage=5&max_age=6', 5],
  ['max_age=%2B5', 5],
  ['max_age=-1', undefined],
  ['max_age=1.5', undefined],
  ['max_age=5;&max_age=6', 6],
  ['max_age=5&request=ey.x', undefined],
  ['max_age=5&request_uri=x', undefined],
])('the age that a sign-in may have: %j', (query, expected) => {
  expect(maxAgeOf(urlWith(query))).toBe(expected);
});

describe('the prompt', () => {
  test.each([
    ['', []],
    ['prompt=none%20', ['none']],
    ['prompt=+none', ['none']],
    ['prompt=none+none', ['none', 'none']],
    ['prompt=none+login', ['none', 'login']],
    ['prompt=none%09login', ['none\tlogin']],
    ['prompt=NONE', ['NONE']],
    ['prompt=&prompt=none', []],
    ['pr%6Fmpt=none', ['none']],
    ['prompt=none;', []],
    ['prompt=none%2', []],
  ])('of %s is %j', (query, expected) => {
    expect(promptsOf(urlWith(query))).toEqual(expected);
  });

  test('is not known when it may be in a request object, which wins over the query', () => {
    expect(promptsOf(urlWith('prompt=login&request=ey.x'))).toBeUndefined();
    expect(promptsOf(urlWith('prompt=login&request_uri=x'))).toBeUndefined();
  });
});

test('languages are read from absolute and relative addresses', () => {
  expect(uiLocalesOf('/oauth2/sessions/logout?ui%5Flocales=de+en%20he')).toEqual([
    'de',
    'en',
    'he',
  ]);
  expect(uiLocalesOf('/oauth2/sessions/logout?ui_locales=de;en')).toEqual([]);
  expect(uiLocalesOf('')).toEqual([]);
});

test('the verification of a device is told from an authorization by the path alone', () => {
  expect(isDeviceVerification('https://auth.example/x/oauth2/device/verify?user_code=a')).toBe(
    true,
  );
  expect(isDeviceVerification(urlWith('x=/oauth2/device/verify'))).toBe(false);
});

test('a request without a person says the same otherwise', () => {
  const url = urlWith(`login%5Fhint=ada&id_token_hint=ey&redirect_uri=${ea}&a=%C3%A4+b`);
  expect(mayHintAtPerson(url)).toBe(true);
  const other = withoutPerson(url)!;
  expect(mayHintAtPerson(other)).toBe(false);
  expect(redirectUriOf(other, [])).toBe(a);
  expect(new URL(other).searchParams.get('a')).toBe('ä b');
  const signedIn = withoutPerson(url, { prompts: ['login', 'consent'] })!;
  expect(promptsOf(signedIn)).toEqual(['login', 'consent']);
  expect(withoutPerson(urlWith('request=ey.x'))).toBeUndefined();
  expect(withoutPerson('https://a.example/?login_hint=ada')).toBe('https://a.example/');
});
