import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { consentLists, remarkOnPast } from '../../src/screens/consent-lists.ts';
import { loadLocales } from '../../src/screens/locale.ts';
import type { ScopeView } from '../../src/screens/scope-view.ts';

const en = loadLocales(fileURLToPath(new URL('../../views/locales', import.meta.url))).fallback;
const box = { isFixed: false, isChecked: true };
const scopes = (...names: string[]): ScopeView[] =>
  names.map((name) => ({ name, label: name, id: name, title: name, ...box }));
const past = { hasConnected: true, allowed: ['a', 'b'], leftOff: ['c'], audiences: ['api'] };
const rows = (asked: Parameters<typeof consentLists>[0]) =>
  consentLists(asked, en).map(({ scopes, audiences }) => [
    ...scopes.map(({ name }) => name),
    ...audiences,
  ]);

describe('the lists of the consent screen', () => {
  test('hold each scope and each API once, whatever is known of the past', () => {
    const asked = { scopes: scopes('a', 'b', 'c', 'd'), audiences: ['api', 'other'] };
    expect(rows({ ...asked, past })).toEqual([['d', 'other'], ['c'], ['a', 'b', 'api']]);
    expect(rows({ ...asked, past: undefined })).toEqual([['a', 'b', 'c', 'd', 'api', 'other']]);
    expect(rows({ scopes: [], audiences: [], past })).toEqual([]);
  });

  test('begin with what comes before all, which is not allowed once more below', () => {
    const [first, ...others] = scopes('a', 'b', 'd');
    expect(rows({ first, scopes: others, audiences: [], past })).toEqual([['a'], ['d'], ['b']]);
    const known = { ...past, leftOff: [] };
    expect(rows({ first, scopes: scopes('b'), audiences: [], past: known })).toEqual([['a', 'b']]);
  });

  test('have ids of their own', () => {
    const lists = consentLists({ scopes: scopes('a', 'c', 'd'), audiences: [], past }, en);
    expect(lists.map(({ id }) => id)).toEqual(['list-0', 'list-1', 'list-2']);
  });
});

test.each([
  [['a'], [], 'consent.past.same'],
  [['a', 'c'], ['api'], 'consent.past.some'],
  [['a', 'd'], [], 'consent.past.more'],
  [['a'], ['other'], 'consent.past.more'],
  [[], [], 'consent.past.same'],
])('the past of %j and %j is told by %s', (asked, audiences, key) => {
  expect(remarkOnPast({ scopes: asked, audiences }, past)).toBe(key);
  const never = { hasConnected: false, allowed: [], leftOff: [], audiences: [] };
  expect(remarkOnPast({ scopes: asked, audiences }, never)).toBe('consent.past.first');
});
