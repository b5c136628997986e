/** Which language a page speaks, with languages of the tests' own. */
import express from 'express';
import cookieParser from 'cookie-parser';
import request from 'supertest';
import { describe, expect, test } from '@jest/globals';
import {
  isLanguageSwitch,
  keepLocale,
  loadLocales,
  locale,
  localeOf,
  postedLocale,
  preferLocales,
} from '../../src/screens/locale.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

type Words = Record<string, unknown>;

const english = { hello: 'Hello {name}', bye: 'Bye', bye_unnamed: 'Bye, whoever' };

/** A folder of locale files; English is always among them. */
const localesOf = (files: Record<string, Words | string>) => {
  const entries = Object.entries({ en: english, ...files });
  const text = (words: Words | string) =>
    typeof words === 'string' ? words : JSON.stringify(words);
  return loadLocales(
    temporaryFolder(
      Object.fromEntries(entries.map(([tag, words]) => [`${tag}.json`, text(words)])),
    ),
  );
};
const tagsOf = (...tags: string[]) => localesOf(Object.fromEntries(tags.map((tag) => [tag, {}])));

describe('a folder of languages', () => {
  test('may name its files in any case, with hyphens or underscores', () => {
    const locales = tagsOf('zh-hant', 'sr-Latn', 'en-gb', 'pt_BR', 'iw');
    const tags = ['en', 'en-GB', 'he', 'pt-BR', 'sr-Latn', 'zh-Hant'];
    expect(locales.all.map(({ lang }) => lang)).toEqual(tags);
    for (const tag of tags) expect(locales.find(tag)?.lang).toBe(tag);
    expect(locales.fallback.lang).toBe('en');
  });

  test('has English words wherever a language has none', () => {
    const french = localesOf({ fr: { hello: 'Bonjour {name}' } }).find('fr')!;
    expect(french.t('hello', { name: 'Ann' })).toBe('Bonjour Ann');
    expect([french.t('bye'), french.h('bye')]).toEqual(['Bye', 'Bye']);
    expect(french.t('no.such.key')).toBe('no.such.key');
  });

  test('names each language in its own words, with a capital where the script has them', () => {
    const names = tagsOf('fr', 'ka', 'ru', 'sr-Latn', 'zh-Hant').all.map(({ ownName }) => ownName);
    const wanted = ['English', 'Français', 'ქართული', 'Русский', 'Srpski (latinica)', '繁體中文'];
    expect(names).toEqual(wanted);
  });

  test('tells how long ago something was in words alone', () => {
    const hebrew = tagsOf('he').find('he')!;
    const ago = (days: number) =>
      hebrew.ago(new Date(Date.now() - days * 86_400_000).toISOString());
    const wanted = ['לפני שבוע', 'לפני שבועיים', 'לפני חודש', 'לפני 3 ימים'];
    expect([7.5, 14.5, 31, 3.5].map(ago)).toEqual(wanted);
  });

  test.each([
    [{ 'en.backup': {} }, /en\.backup\.json must be named after a language/],
    [{ he: {}, iw: {} }, /\.json must be named after a language of its own/],
    [{ de: '{"a": ' }, /de\.json: .*JSON/],
    [{ de: '[]' }, /de\.json must hold an object/],
    [{ de: 'null' }, /de\.json must hold an object/],
    [{ de: { a: { b: 'c' } } }, /de\.json: "a" must be a text/],
  ])('with a fault stops the start: %j', (files: Record<string, Words | string>, message) => {
    expect(() => localesOf(files)).toThrow(message);
  });

  test('needs English', () => {
    expect(() => loadLocales(temporaryFolder({ 'de.json': '{}' }))).toThrow(/must have en\.json/);
  });
});

test('languages run in the direction of their script', () => {
  const right = ['ar', 'ckb', 'dv', 'fa', 'he', 'ks', 'pa-Arab', 'ps', 'sd', 'ug', 'ur', 'yi'];
  const left = ['az', 'de', 'ja', 'ku-Latn', 'pa', 'ru', 'sd-Deva', 'tr', 'ug-Latn', 'uz', 'zh'];
  const { all } = tagsOf(...right, ...left);
  const running = (dir: string) => all.filter((one) => one.dir === dir).map(({ lang }) => lang);
  expect(running('rtl')).toEqual(right);
  expect(running('ltr')).toEqual([...left, 'en'].toSorted());
});

/** A page that tells its language; its form can be posted, and its app may have wishes. */
function appOf(...tags: string[]) {
  const locales = tagsOf(...tags);
  const home = { path: '/auth', isSecure: false };
  const app = express().set('query parser', 'simple');
  app.use(cookieParser(), locale(locales, home), express.urlencoded({ extended: false }));
  app.post('/', postedLocale(locales, home));
  app.all('/', (req, res) => {
    const { wishes, shown } = req.query;
    keepLocale(locales, res, shown as string | undefined);
    preferLocales(locales, res, (wishes as string | undefined)?.split(' '));
    const { lang, dir } = res.locals;
    res.json({ lang, dir, own: localeOf(res).lang, isSwitch: isLanguageSwitch(req) });
  });
  return app;
}

const app = appOf('ar', 'de', 'he', 'pt-BR', 'zh-Hant');
const asked = (header: string) => request(app).get('/').set('Accept-Language', header);
const cookieOf = ({ headers }: request.Response) => headers['set-cookie'] as unknown;

describe('the language of a page', () => {
  test.each([
    ['he-IL,he;q=0.9,en;q=0.5', 'he'],
    ['fr, de-AT;q=0.7', 'de'],
    ['fr;q=0.9, de;q=0.1, ar;q=0.5', 'ar'],
    ['zh-TW,zh;q=0.9,en;q=0.8', 'zh-Hant'],
    ['pt-PT', 'pt-BR'],
    ['iw', 'he'],
    ['de;q=0, ar', 'ar'],
    ['*, de', 'de'],
    ['fr, *, de;q=0.1', 'de'],
  ])('is what the browser asks for: %s', async (header, lang) => {
    expect((await asked(header)).body).toMatchObject({ lang, own: lang });
  });

  test.each([
    '',
    '*',
    'fr',
    'tlh, x-klingon',
    'en-AU',
    'de;q=0, en',
    'de;q=0',
    ';;;,,q=1',
    'de;q=NaN',
    '__proto__',
    'constructor, toString',
    'x'.repeat(8_000),
    'xx-YY,'.repeat(2_000),
    `${'q'.repeat(30)},`.repeat(400),
  ])('is English for %.60s', async (header) => {
    expect((await asked(header)).body).toMatchObject({ lang: 'en', dir: 'ltr' });
  });

  test('is what a link picks, and this browser keeps it', async () => {
    const picked = await asked('ar').query({ lang: 'iw' });
    expect(picked.body).toMatchObject({ lang: 'he', dir: 'rtl' });
    expect(cookieOf(picked)).toEqual([
      expect.stringMatching(
        /^portico_lang_auth=he; Max-Age=31536000; Path=\/auth; .*HttpOnly; SameSite=Lax$/,
      ),
    ]);
    const later = await asked('ar').set('Cookie', 'portico_lang_auth=he');
    expect(later.body).toMatchObject({ lang: 'he' });
    expect(cookieOf(later)).toBeUndefined();
  });

  test.each(['tlh', 'j%3A%5B1%5D', '__proto__', '', 'x'.repeat(4_000)])(
    'is not that of a wrong cookie: %.40s',
    async (value) => {
      const answer = await asked('ar').set('Cookie', `portico_lang_auth=${value}`);
      expect(answer.body).toMatchObject({ lang: 'ar' });
    },
  );

  test.each([
    'lang=',
    'lang=tlh',
    'lang=fr',
    'lang=../../package',
    'lang=__proto__',
    'lang=constructor',
    'lang=de%26lang%3Den',
    'lang=de&lang=ar',
    'lang[]=de',
    `lang=${'x'.repeat(5_000)}`,
  ])('is not changed by %.60s', async (query) => {
    const answer = await request(app).get(`/?${query}`).set('Accept-Language', 'he');
    expect(answer.body).toMatchObject({ lang: 'he' });
    expect(cookieOf(answer)).toBeUndefined();
  });

  test.each([
    ['de', 'de'],
    ['fr de en', 'de'],
    ['pt', 'pt-BR'],
    ['fr', 'he'],
    ['', 'he'],
    [`${'fr '.repeat(500)}de`, 'he'],
  ])('is what the app wishes for, whatever was picked before: %.20s', async (wishes, lang) => {
    const answer = await asked('ar').query({ wishes }).set('Cookie', 'portico_lang_auth=he');
    expect(answer.body).toMatchObject({ lang });
    expect(cookieOf(answer)).toBeUndefined();
  });

  test('is what is picked on this page, whatever the app wishes for', async () => {
    expect((await asked('ar').query({ lang: 'de', wishes: 'he' })).body.lang).toBe('de');
  });

  test('is that in which the form was shown, unless another is picked', async () => {
    const kept = { shown: 'he', wishes: 'de' };
    expect((await asked('ar').query(kept)).body.lang).toBe('he');
    expect((await asked('ar').query({ ...kept, lang: 'pt-BR' })).body.lang).toBe('pt-BR');
    expect((await asked('ar').query({ ...kept, shown: 'tlh' })).body.lang).toBe('de');
  });
});

describe('a posted form', () => {
  const post = (body: string, query = {}) =>
    request(app).post('/').query(query).set('Accept-Language', 'ar').send(body);

  test('with a language switches to it, and this browser keeps it', async () => {
    const answer = await post('lang=de&email=a', { wishes: 'he', shown: 'he' });
    expect(answer.body).toEqual({ lang: 'de', dir: 'ltr', own: 'de', isSwitch: true });
    expect(cookieOf(answer)).toEqual([expect.stringMatching(/^portico_lang_auth=de; /)]);
  });

  test.each(['lang=tlh', 'lang=', 'lang=de&lang=he', 'lang=__proto__'])(
    'with %s switches to none, and is no answer either',
    async (body) => {
      const answer = await post(body);
      expect(answer.body).toMatchObject({ lang: 'ar', isSwitch: true });
      expect(cookieOf(answer)).toBeUndefined();
    },
  );

  test('without a language is no switch', async () => {
    expect((await post('email=lang')).body).toMatchObject({ lang: 'ar', isSwitch: false });
    expect((await post('')).body.isSwitch).toBe(false);
    expect((await asked('ar')).body.isSwitch).toBe(false);
  });
});
