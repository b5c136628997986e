/** The menu of languages keeps what was typed, and no key press meant for the form reaches it. */
import { fileURLToPath } from 'node:url';
import express from 'express';
import request from 'supertest';
import { describe, expect, test } from '@jest/globals';
import { readSettings } from '@portico/settings';
import { brandOf, brandSettings } from '../../src/screens/brand-settings.ts';
import { loadLocales, locale } from '../../src/screens/locale.ts';
import { requestLocals, siteLocals } from '../../src/screens/page-locals.ts';
import { createRender } from '../../src/screens/render.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const brand = { ...brandOf(readSettings(brandSettings, {}).values).brand, name: 'Meadow' };
const form = { hidden: { _csrf: 't' }, notice: undefined };
const named = { name: 'Notes', initial: 'N', hue: 1 };

/** Each screen with a form, and what its view needs. */
const forms: [view: string, locals: object][] = [
  [
    'login',
    {
      ...form,
      app: named,
      login: '',
      hasUsernames: true,
      missing: [],
      isWrong: false,
      isRemembered: false,
    },
  ],
  [
    'consent',
    {
      ...form,
      app: named,
      person: { email: 'a@example.org', initial: 'A' },
      kind: 'share',
      lists: [],
      isDevice: false,
      isOnlyId: false,
      isRememberable: true,
      isRemembered: false,
      isNothingTicked: false,
    },
  ],
  ['logout', form],
  ['device', { ...form, code: '', isGiven: false, isMissing: false, isWrong: false }],
];

/** Renders a view of the project with languages of our own. */
function htmlOf(view: string, locals: object, tags = ['ar', 'zh-hant']) {
  const files = Object.fromEntries(['en', ...tags].map((tag) => [`${tag}.json`, '{}']));
  const locales = loadLocales(temporaryFolder(files));
  const app = express();
  app.response.render = createRender(fileURLToPath(new URL('../../views', import.meta.url)));
  Object.assign(
    app.locals,
    siteLocals(brand, '', (name) => `/${name}`),
  );
  app.use(requestLocals(locales), locale(locales, { path: '', isSecure: false }));
  app.get('/', (_req, res) => res.render(view, locals));
  const query = 'login_challenge=a%26b&state=x';
  return request(app)
    .get(`/?${query}`)
    .expect(200)
    .then(({ text }) => text);
}

describe.each(forms)('on the %s screen', (view, locals) => {
  test('each language is a button of the form', async () => {
    const html = await htmlOf(view, locals);
    expect(html).toMatch(/<form id="answer" method="post"/);
    const buttons = [...html.matchAll(/<button form="answer" ([^>]*)>([^<]*)</g)];
    expect(buttons.map(([, attributes, text]) => [attributes, text])).toEqual([
      ['name="lang" value="ar" formnovalidate lang="ar"', 'العربية'],
      ['name="lang" value="en" formnovalidate lang="en" aria-current="true"', 'English'],
      ['name="lang" value="zh-Hant" formnovalidate lang="zh-Hant"', '繁體中文'],
    ]);
    expect(html).not.toContain('?lang=');
  });

  test('it stands after the form, so that Enter presses a button of the form', async () => {
    const html = await htmlOf(view, locals);
    const end = html.indexOf('</form>');
    expect(html.indexOf('name="decision"')).toBeLessThan(end);
    expect(html.indexOf('name="lang"')).toBeGreaterThan(end);
    expect(html.slice(0, end)).not.toContain('lang" value=');
  });

  test('there is none for a single language', async () => {
    expect(await htmlOf(view, locals, [])).not.toContain('name="lang"');
  });
});

test('on a page without a form, each language is a link that keeps what the page needs', async () => {
  const html = await htmlOf('logged-out', {});
  const links = [...html.matchAll(/<a href="(\?lang=[^"]*)" lang="([^"]*)"/g)];
  expect(links.map(([, href, tag]) => [href, tag])).toEqual([
    ['?lang=ar&amp;login_challenge=a%26b', 'ar'],
    ['?lang=en&amp;login_challenge=a%26b', 'en'],
    ['?lang=zh-Hant&amp;login_challenge=a%26b', 'zh-Hant'],
  ]);
  expect(html).not.toContain('name="lang"');
});
