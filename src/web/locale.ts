import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';
import { postedFields } from './challenge.ts';

export type Values = Record<string, string | number>;

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
  /** How long ago, in words. */
  ago: (date: Date) => string;
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
  const text = (key: string) => words[key] ?? key;
  return {
    lang,
    dir: rightToLeft.has(lang.split('-')[0]!) ? 'rtl' : 'ltr',
    ownName: new Intl.DisplayNames([lang], { type: 'language' }).of(lang) ?? lang,
    t: (key, values) => filled(text(key), values, String),
    h: (key, values) =>
      filled(escapeHtml(text(key)), values, (value) => `<bdi>${breakable(String(value))}</bdi>`),
    named: (key, values) => {
      const isWhole = Object.entries(values).every(
        ([name, value]) => value || !text(key).includes(`{${name}}`),
      );
      return filled(text(isWhole ? key : `${key}_unnamed`), values as Values, String);
    },
    time: (seconds) => timeIn(lang, seconds),
    ago: (date) => agoIn(lang, date),
  };
}

/**
 * Chooses the language: what is picked with this request, then `ui_locales` of the app
 * (`preferLocales`), then what this browser picked before, then what it asks for.
 */
export function locale(locales: Locales, home: CookieHome): RequestHandler {
  const name = cookieName(home, 'lang');
  const yearMs = 365 * 24 * 60 * 60 * 1000;
  return function locale(req, res, next) {
    const picked = known(locales, req.query['lang']);
    if (picked) res.cookie(name, picked.lang, { ...cookieOptions(home), maxAge: yearMs });
    pick(res, picked);
    speak(res, picked ?? known(locales, req.cookies?.[name]) ?? asked(locales, req));
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

function asked(locales: Locales, req: Request): Locale {
  const header = req.headers['accept-language'];
  const best = header ? req.acceptsLanguages([fallback, ...locales.keys()]) : false;
  return locales.get(best || fallback)!;
}

function filled(
  words: string,
  values: Values | undefined,
  show: (value: string | number) => string,
): string {
  if (!values) return words;
  return words.replace(/\{(\w+)\}/g, (hole, name: string) => {
    const value = values[name];
    return value === undefined ? hole : show(value);
  });
}

const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => escapes[character]!);
}

/** HTML of a text that may break after `@`, `.` and `+`. */
export function breakable(text: string): string {
  return escapeHtml(text).replace(/[@.+](?=.)/g, '$&<wbr>');
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

function timeIn(lang: string, seconds: number): string {
  const [unit, size] =
    units.find(([, size]) => seconds >= size && seconds % size === 0) ?? units[3];
  const format = new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' });
  return format.format(seconds / size);
}

function agoIn(lang: string, date: Date): string {
  const seconds = Math.max(0, (Date.now() - date.getTime()) / 1000);
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? units[3];
  return new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(
    -Math.floor(seconds / size),
    unit,
  );
}
