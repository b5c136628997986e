/** How scopes look, whatever apps call them. */
import { describe, expect, test } from '@jest/globals';
import { loadLocales } from '../../src/screens/locale.ts';
import { scopeIds, scopeView } from '../../src/screens/scope-view.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const words = {
  'scope.notes.title': 'See your notes',
  'scope.notes.text': 'For {app} & others',
  'scope.email.title': 'Your address',
  'scope.email.none': 'You have none',
  'scope.bare.title': 'Something',
  'claim.comma': '; ',
  'claim.none': 'None',
  'claim.other': '{name}: {value}',
};
const en = loadLocales(temporaryFolder({ 'en.json': JSON.stringify(words) })).fallback;
const box = { id: 'box', isFixed: false, isChecked: true };
const none = { id_token: {}, access_token: {} };
const view = (name: string, claims = none as Parameters<typeof scopeView>[1]['claims']) =>
  scopeView(name, { app: { name: 'A<b' }, claims, ...box }, en);

describe('a scope', () => {
  test('has words where the language has some, with the name of the app in them', () => {
    expect(view('notes')).toEqual({
      name: 'notes',
      label: 'notes',
      title: 'See your notes',
      about: 'For <bdi translate="no">A&lt;b</bdi> &amp; others',
      ...box,
    });
    expect(view('bare')).toEqual({ name: 'bare', label: 'bare', title: 'Something', ...box });
  });

  test('without words is its name, even if it opens claims', () => {
    const opened = { id_token: { groups: 'a' }, access_token: {} };
    expect(view('other', opened)).toEqual({ name: 'other', label: 'other', ...box });
    expect(view('o\u200Bther\u202E')).toMatchObject({ label: 'other' });
    expect(view('\u3164').label).toBe('U+3164');
  });

  test('without words that opens claims is its name in readable form, and their values', () => {
    const opened = (name: string, claims: Record<string, string>) =>
      scopeView(
        name,
        { app: undefined, claims: { id_token: claims, access_token: {} }, isOpening: true, ...box },
        en,
      );
    expect(opened('job_title', { job_title: 'Cook' })).toMatchObject({
      label: 'job_title',
      title: 'Job title',
      about: expect.stringMatching(/job title.*Cook/),
    });
    expect(opened('jobTitle', {})).toMatchObject({ title: 'Job title', about: 'None' });
    expect(opened('hr:read', {}).title).toBe('hr:read');
    expect(opened('https://a.example/b\u202E', {}).title).toBe('https://a.example/b');
    expect(opened('email', {}).about).toBe('You have none');
  });

  test('shows the claims that it opens, of both tokens and each once, or that there are none', () => {
    const text = (about: string | undefined) => about?.replace(/<[^>]*>/g, '');
    const both = { id_token: { email: 'a@b' }, access_token: { email: 'a@b', plan: 'gold' } };
    expect(text(view('email', both).about)).toMatch(/^a@b; .*gold$/);
    expect(text(view('notes', both).about)).not.toContain('others');
    const other = { id_token: { email: 'a@b' }, access_token: { email: 'c@d' } };
    expect(text(view('email', other).about)).toBe('a@b; c@d');
    expect(view('email').about).toBe('You have none');
    expect(view('email', undefined).about).toBe('You have none');
  });
});

test('boxes have the names of scopes as ids, unless that is the id of something else', () => {
  const names = ['openid', 'offline_access', 'https://a.example/b', 'before', 'accept', 'about-0'];
  const odd = ['scope-0', 'list-0', 'remember', 'reject', 'notice', 'answer', 'languages', 'a\tb'];
  const ids = scopeIds([...names, ...odd, 'change', '']);
  expect(ids.slice(0, 4)).toEqual(names.slice(0, 4));
  const others = Array.from({ length: 12 }, (_, i) => `scope-${i + 4}`);
  expect(ids.slice(4)).toEqual(others);
});
