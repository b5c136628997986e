import { describe, expect, test } from '@jest/globals';
import { loadLocales } from '../../src/screens/locale.ts';
import { breakable, compileMessage, escapeHtml } from '../../src/screens/messages.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const en = {
  'login.title': 'Sign in to {app}',
  'markup.title': 'A < B & {app}',
  'used.text': 'If {app} knows you',
  'used.text_unnamed': 'If the app knows you',
  'used.title': 'Used',
  since: 'Since {ago}',
};
const folder = temporaryFolder({ 'en.json': JSON.stringify(en), 'de.json': '{}' });
const locales = loadLocales(folder);
const { t, h, named, time, ago } = locales.fallback;

describe('words', () => {
  test('take the values that they name', () => {
    const fill = compileMessage('{a} and {b}, {a}', String);
    expect(fill({ a: 'x', b: 1 })).toBe('x and 1, x');
    expect(fill({ a: 'x' })).toBe('x and {b}, x');
    expect(fill(undefined)).toBe('{a} and {b}, {a}');
    expect(t('login.title', { app: '{house}$&' })).toBe('Sign in to {house}$&');
  });

  test('as HTML have their values escaped, and isolated from the direction around them', () => {
    expect(h('login.title', { app: '<b>&"\'@x.y' })).toBe(
      'Sign in to <bdi translate="no">&lt;b&gt;&amp;&#34;&#39;@<wbr>x.<wbr>y</bdi>',
    );
    expect(h('since', { ago: '3 days ago' })).toBe('Since <bdi>3 days ago</bdi>');
    expect(h('login.title', { app: '$1{app}' })).toBe(
      'Sign in to <bdi translate="no">$1{app}</bdi>',
    );
    expect(h('markup.title', { app: 1 })).toBe('A &lt; B &amp; <bdi translate="no">1</bdi>');
    expect(h('<no key>')).toBe('&lt;no key&gt;');
  });

  test('change where a value is not known', () => {
    expect(named('used.text', { app: 'Notes' })).toBe('If Notes knows you');
    expect(named('used.text', { app: undefined })).toBe('If the app knows you');
    expect(named('used.title', { app: undefined })).toBe('Used');
  });

  test('that are long may break where addresses break', () => {
    expect(breakable('a.b+c@d.')).toBe('a.<wbr>b+<wbr>c@<wbr>d.');
    expect(escapeHtml('<a href="x">\'&')).toBe('&lt;a href=&#34;x&#34;&gt;&#39;&amp;');
  });
});

describe('durations', () => {
  test('take the largest unit that comes out even', () => {
    const seconds = [1, 45, 60, 90, 120, 3_600, 5_400, 86_400, 2_592_000];
    expect(seconds.map(time).join(', ')).toBe(
      '1 second, 45 seconds, 1 minute, 90 seconds, 2 minutes, 1 hour, 90 minutes, 1 day, 30 days',
    );
    expect(locales.find('de')!.time(2_592_000)).toBe('30 Tage');
  });

  test('since a time are whole, and never negative', () => {
    const before = (seconds: number) => ago(new Date(Date.now() - seconds * 1000).toISOString());
    expect(before(86_400 * 2.9)).toBe('2 days ago');
    expect(before(86_400 * 1.2)).toBe('yesterday');
    expect(before(7_300)).toBe('2 hours ago');
    expect(before(-500)).toBe('now');
    expect(before(86_400 * 7)).toBe('1 week ago');
    expect(before(86_400 * 29)).toBe('4 weeks ago');
    expect(before(86_400 * 89)).toBe('2 months ago');
    expect(before(86_400 * 400)).toBe('1 year ago');
    expect(before(86_400 * 1_095)).toBe('3 years ago');
    expect(before(86_400 * 1_096)).toBe('3 years ago');
  });

  test.each([
    undefined,
    '',
    'never',
    'soon',
    '5',
    '0001-01-01T00:00:00Z',
    '1970-01-01T00:00:00Z',
    '9999-12-31T23:59:59Z',
    '2024-13-45T99:00:00Z',
  ])('say nothing of a time that cannot be right: %s', (time) => expect(ago(time)).toBeUndefined());

  test('of years are in years', () => {
    expect([time(94_608_000), time(31_536_000)]).toEqual(['3 years', '1 year']);
  });
});
