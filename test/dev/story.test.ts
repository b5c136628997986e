/** What the sample app says of a sign-in must be true for each way it can go. */
import { describe, expect, test } from '@jest/globals';
import { storyOf } from '../../dev/sample-client/story.ts';
import { fortyScopes } from '../../dev/sample-client/scopes.ts';
import { tokensView } from '../../dev/sample-client/token-views.ts';
import type { Attempt, Tokens } from '../../dev/sample-client/visits.ts';

const now = 1_800_000_000;
const attempt = (scope: string): Attempt => ({
  codeVerifier: 'v',
  nonce: 'n',
  scopes: scope.split(' '),
  startedAt: now * 1000,
});
const tokens = (scope: string, claims: object = { auth_time: now + 5, sid: 'one' }): Tokens => ({
  accessToken: 'ory_at_secret-secret-secret-secret',
  scopes: scope.split(' ').filter(Boolean),
  ...(scope.split(' ').includes('openid') && { claims: { sub: 'ada-1', ...claims } }),
});

function told(asked: string, got: Tokens, before?: Tokens, mayHaveShared = false): string[] {
  const story = storyOf(attempt(asked), got, { tokens: before, mayHaveShared });
  expect(story).toHaveLength(4);
  return story.map(({ title, text }) => `${title}: ${text}`);
}

describe('the story', () => {
  test('of a first sign-in', () => {
    expect(told('openid profile email', tokens('openid profile email'))).toEqual([
      'The app asked: It sent your browser to the server with a state, a nonce and a PKCE challenge.',
      'Portico signed you in: The server had it find out who you are. It asked for your password.',
      'Portico asked you to share: You shared your profile and your email address.',
      'The app got a code: It changed it into tokens, behind the browser’s back, and checked them.',
    ]);
  });

  const remembered =
    'You were signed in already: The server remembered you, so no password was asked.';
  test.each([
    ['long ago', tokens('openid', { auth_time: now - 60, sid: 'one' }), undefined],
    ['in this very second', tokens('openid'), tokens('openid')],
  ])('of somebody who signed in %s', (_when, got, before) => {
    expect(told('openid', got, before)[1]).toBe(remembered);
  });

  test('of a new sign-in in the second of the last one', () => {
    const before = tokens('openid', { auth_time: now + 5, sid: 'other' });
    expect(told('openid', tokens('openid'), before)[1]).toContain('It asked for your password.');
  });

  test.each([
    ['openid', 'openid', 'You shared who you are.'],
    [
      'openid profile phone',
      'openid profile',
      'You shared your profile. You left off your phone number.',
    ],
    [
      'openid profile email phone address offline_access',
      'openid profile email phone address offline_access',
      'You shared your profile, your email address, your phone number and your postal address. It may stay connected.',
    ],
    ['openid offline_access', 'openid', 'You shared who you are. You left off staying connected.'],
    ['notes', 'notes', 'You shared notes.'],
    ['openid profile', '', 'You shared nothing. You left off your profile.'],
  ])('of %s, of which the app got %s', (asked, got, sentence) => {
    expect(told(asked, tokens(got))[2]).toBe(`Portico asked you to share: ${sentence}`);
  });

  test('of forty things names six', () => {
    const text = told(fortyScopes, tokens(fortyScopes))[2]!;
    expect(text).toMatch(
      /your phone number, calendar:read, contacts:read, files:read and 33 more\. It may/,
    );
  });

  test('claims no question where there may have been none', () => {
    const got = tokens('openid profile');
    expect(told('openid profile', got, undefined, true)[2]).toBe(
      'You said what to share: Now or earlier, you shared your profile.',
    );
  });

  test('without an ID token says nothing that only one could tell', () => {
    const story = told('profile', tokens('profile'));
    expect(story[1]).toBe('Portico signed you in: The server had it find out who you are.');
    expect(story[3]).not.toContain('checked');
  });
});

test('of tokens without an ID token the app says that it knows nobody, and shows none whole', () => {
  const { markup } = tokensView(tokens('notes'));
  expect(markup).toContain('Nothing about you');
  expect(markup).toContain('none: the app may not know who you are');
  expect(markup).toContain('ory_at_secret-secret-sec…');
  expect(markup).not.toContain('ory_at_secret-secret-secret');
});
