import { expect, test } from '@jest/globals';
import { bytesForRestarts, longestKept } from '../../src/challenge/bounds.ts';
import {
  hasAskedInVain,
  isForSomebodyElse,
  restartAsSomebodyElse,
  restartForAnybody,
  restartOf,
} from '../../src/challenge/restart.ts';
import { createRestarts } from '../../src/challenge/restarts.ts';

const browser = { isDevice: false };
const device = { isDevice: true };

test('what is kept of restarts is bounded in bytes, the newest last', () => {
  const restarts = createRestarts();
  const startAgain = `https://auth.example.org/?${'x'.repeat(longestKept - 30)}`;
  restarts.set('of another network', '192.0.2.1', { startAgain, browser: 'a' });
  for (let i = 0; i < 3_000; i++) {
    restarts.set(`challenge ${i}`, '198.51.100.7', { startAgain, browser: 'b' });
  }
  expect(restarts.size).toBeLessThanOrEqual(bytesForRestarts);
  expect(restarts.get('challenge 2999')).toEqual({ startAgain, browser: 'b' });
  expect(restarts.get('challenge 0')).toBeUndefined();
  expect(restarts.get('of another network')).toEqual({ startAgain, browser: 'a' });
});

test.each([
  ['an authorization request', 'https://a.example/oauth2/auth?state=s', browser, true],
  ['a script', 'javascript:alert(1)', browser, false],
  ['a relative address', '/oauth2/auth', browser, false],
  ['nonsense', 'https://', browser, false],
  ['8 kB', `https://a.example/?${'x'.repeat(longestKept - 19)}`, browser, true],
  ['more than 8 kB', `https://a.example/?${'x'.repeat(longestKept)}`, browser, false],
])('a sign-in begins again at %s, if it may', (_what, address, flow, expected) => {
  expect(restartOf(address, flow)).toBe(expected ? address : undefined);
});

test('a device flow begins again at its first page', () => {
  const address = 'https://a.example/oauth2/device/verify?client_id=tv&user_code=****';
  expect(restartOf(address, device)).toBe('https://a.example/oauth2/device/verify');
  const start = restartOf(address, device);
  expect(restartAsSomebodyElse(start, device)).toBe('https://a.example/oauth2/device/verify');
});

test.each([
  ['', 'login'],
  ['&prompt=none', 'login'],
  ['&prompt=consent', 'login consent'],
  ['&prompt=login%20consent', 'login consent'],
  ['&pr%6Fmpt=consent&prompt=none', 'login consent'],
  ['&prompt=consent;&prompt=none', 'login'],
  ['&login_hint=ada%40example.org', 'login'],
  ['&login%5Fhint=ada&login_hint=ada', 'login'],
])('somebody else signs in by a fresh prompt, without hints: %s', (given, prompt) => {
  const address = `https://a.example/oauth2/auth?state=s&id_token_hint=ey.x${given}`;
  const url = new URL(restartAsSomebodyElse(address, browser)!);
  expect([...url.searchParams]).toEqual([
    ['state', 's'],
    ['prompt', prompt],
    ['somebody_else', 'true'],
  ]);
});

test('a request that starts again for somebody else is known by its address, and stays so', () => {
  const start = 'https://a.example/oauth2/auth?state=s&prompt=login';
  expect(isForSomebodyElse(start)).toBe(false);
  const first = restartAsSomebodyElse(start, browser)!;
  expect(isForSomebodyElse(first)).toBe(true);
  const again = restartAsSomebodyElse(restartOf(first, browser), browser)!;
  expect(new URL(again).searchParams.getAll('somebody_else')).toEqual(['true']);
  expect(isForSomebodyElse('no address')).toBe(false);
});

test('what the server does not read stays unread, and what it reads first stays first', () => {
  const written =
    'redirect_uri=https://x%zz&a=1;b=2&redirect%5Furi=https://b&redirect_uri=https://c';
  const url = new URL(restartAsSomebodyElse(`https://a.example/auth?${written}`, browser)!);
  expect([...url.searchParams]).toEqual([
    ['redirect_uri', 'https://b'],
    ['redirect_uri', 'https://c'],
    ['prompt', 'login'],
    ['somebody_else', 'true'],
  ]);
});

test.each([
  [undefined, undefined],
  ['https://a.example/?state=s', 'https://a.example/?state=s'],
  ['https://a.example/?login_hint=ada&state=s', 'https://a.example/?state=s'],
  ['https://a.example/?state=s&id_token_hint=ey', 'https://a.example/?state=s'],
  ['https://a.example/?login%5Fhint=ada', 'https://a.example/'],
  ['https://a.example/?login%5Fhint=ada&state=s', 'https://a.example/?state=s'],
  ['https://a.example/?state=s&request=ey.x', undefined],
])('another browser is told %s without what it says of a person', (given, expected) => {
  expect(restartForAnybody(given)).toBe(expected);
});

test.each([
  [true, 'https://a.example/oauth2/auth?request=ey.x&prompt=login', true],
  [true, 'https://a.example/oauth2/auth?prompt=login+consent', true],
  [true, 'https://a.example/oauth2/auth?prompt=none', false],
  [true, 'https://a.example/oauth2/auth?request=ey.x', false],
  [true, 'no address', false],
  [false, 'https://a.example/oauth2/auth?prompt=login', false],
])('whoever is remembered (%s) at %s was asked for in vain: %s', (skip, address, isInVain) => {
  expect(hasAskedInVain({ skip, request_url: address })).toBe(isInVain);
});
