import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { cookieName, cookieOptions, type CookieHome } from '../web/cookies.ts';
import { postedFields } from '../web/form.ts';
import { agoIn, timesIn } from './durations.ts';
import { escapeHtml, isolated, sentence, type Values } from './messages.ts';

/** One language, ready for the views. */
export interface Locale {
  lang: string;
  dir: 'ltr' | 'rtl';
  /** Its own name, as the language switch shows it. */
  ownName: string;
  /** The words of a key as plain text. */
  t: (key: string, values?: Values) => string;
  /** The words of a key as HTML, each value in an isolate of its own. */
  h: (key: string, values?: Values) => string;
  /** Like `t`, but words for the case that a value is not known (`<key>_unnamed`), where there are such. */
  named: (key: string, values: Record<string, string | undefined | 0>) => string;
  /** A span of time in words, in the largest unit that comes out even. */
  time: (seconds: number) => string;
  /** How long ago a time (RFC 3339) was, in words; `undefined` when it is none. */
  ago: (time: string | undefined) => string | undefined;
}

export type Locales = Map<string, Locale>;

const fallback = 'en';
const rightToLeft = new Set(['ar', 'dv', 'fa', 'he', 'ps', 'ur', 'yi']);

/** Reads all languages of a folder of `<tag>.json` files, flat maps of key and words. */
export function loadLocales(folder: string): Locales {
  const tags = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .toSorted();
  const wordsOf = (tag: string) =>
    JSON.parse(readFileSync(join(folder, `${tag}.json`), 'utf8')) as Record<string, string>;
  const base = wordsOf(fallback);
  return new Map(tags.map((tag) => [tag, createLocale(tag, { ...base, ...wordsOf(tag) })]));
}

function createLocale(lang: string, words: Record<string, string>): Locale {
  const entries = Object.entries(words);
  const text = new Map(entries.map(([key, value]) => [key, sentence(value, String)]));
  const html = new Map(entries.map(([key, value]) => [key, sentence(escapeHtml(value), isolated)]));
  const t: Locale['t'] = (key, values) => text.get(key)?.(values) ?? key;
  return {
    lang,
    dir: rightToLeft.has(lang.split('-')[0]!) ? 'rtl' : 'ltr',
    ownName: new Intl.DisplayNames([lang], { type: 'language' }).of(lang) ?? lang,
    t,
    h: (key, values) => html.get(key)?.(values) ?? escapeHtml(key),
    named: (key, values) => {
      const isMissing = ([name, value]: [string, unknown]) =>
        !value && words[key]?.includes(`{${name}}`);
      return t(Object.entries(values).some(isMissing) ? `${key}_unnamed` : key, values as Values);
    },
    time: timesIn(lang),
    ago: (time) => agoIn(lang, time),
  };
}

/**
 * Chooses the language: what is picked with this request, then `ui_locales` of the app
 * (`preferLocales`), then what this browser picked before, then what it asks for.
 */
export function locale(locales: Locales, home: CookieHome): RequestHandler {
  const name = cookieName(home, 'lang');
  const yearMs = 365 * 24 * 60 * 60 * 1000;
  const asked = createNegotiation(locales);
  return function locale(req, res, next) {
    const picked = known(locales, req.query['lang']);
    if (picked) res.cookie(name, picked.lang, { ...cookieOptions(home), maxAge: yearMs });
    pick(res, picked);
    speak(res, picked ?? known(locales, req.cookies?.[name]) ?? asked(req));
    next();
  };
}

/** Keeps the language of a page whose form was posted. */
export function postedLocale(locales: Locales): RequestHandler {
  return function postedLocale(req, res, next) {
    const picked = known(locales, postedFields(req)['lang']);
    if (picked) {
      pick(res, picked);
      speak(res, picked);
    }
    next();
  };
}

/** Turns to the app's wish (`ui_locales`, OpenID Connect Core 3.1.2.1) unless the person picked. */
export function preferLocales(locales: Locales, res: Response, wishes: string[] | undefined): void {
  if (!wishes?.length || res.locals['pickedLang']) return;
  const wish = wishes.map((tag) => known(locales, tag)).find((found) => found !== undefined);
  if (wish) speak(res, wish);
}

/** The language of the page at hand. */
export function localeOf(res: Response): Locale {
  return res.locals['locale'] as Locale;
}

function pick(res: Response, picked: Locale | undefined): void {
  res.locals['pickedLang'] = picked?.lang;
}

function speak(res: Response, chosen: Locale): void {
  const { lang, dir, t, h } = chosen;
  Object.assign(res.locals, { locale: chosen, lang, dir, t, h });
}

function known(locales: Locales, tag: unknown): Locale | undefined {
  if (typeof tag !== 'string') return undefined;
  const [language = '', region] = tag.toLowerCase().split(/[-_]/);
  return locales.get(`${language}-${region?.toUpperCase()}`) ?? locales.get(language);
}

/** Browsers ask in few ways, so that what each of them gets is found once (RFC 9110, 12.5.4). */
function createNegotiation(locales: Locales): (req: Request) => Locale {
  const found = new LRUCache<string, Locale>({ max: 500 });
  const tags = [...new Set([fallback, ...locales.keys()])];
  return (req) => {
    const header = req.headers['accept-language']?.slice(0, 500) ?? '';
    const before = found.get(header);
    if (before) return before;
    const best = (header !== '' && req.acceptsLanguages(tags)) || fallback;
    const locale = locales.get(best)!;
    found.set(header, locale);
    return locale;
  };
}

/** Whether the form was posted to see its page in another language: nothing else is to be done. */
export function isLanguageSwitch(req: Request): boolean {
  return postedFields(req)['lang'] !== undefined;
}
