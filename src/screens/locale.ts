import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import { cookieName, cookieOptions, type CookieHome } from '../web/cookies.ts';
import { postedFields } from '../web/form.ts';
import { isOpened } from '../web/opening.ts';
import { agoIn, durationsIn } from './durations.ts';
import { formatsIn, type Formats } from './formats.ts';
import { canonicalTag, createLanguageMatcher } from './language-matcher.ts';
import { compileMessage, escapeHtml, isolated, type HtmlValues, type Values } from './messages.ts';

/** One language, ready for the views. */
export interface Locale extends Formats {
  /** Canonical BCP 47 tag. */
  lang: string;
  dir: 'ltr' | 'rtl';
  /** Its own name, as the language menu shows it. */
  ownName: string;
  /** The words of a key as plain text. */
  t: (key: string, values?: Values) => string;
  /** The words of a key as HTML. Values are isolated, so that their direction does not disturb the text. */
  h: (key: string, values?: HtmlValues) => string;
  /** Like `t`, but uses the words of `<key>_unnamed` when a value that they need is missing. */
  named: (key: string, values: Record<string, string | undefined | 0>) => string;
  /** Like `named`, as HTML in which values are isolated. */
  namedHtml: (key: string, values: Record<string, string | undefined | 0>) => string;
  /** A duration in words, in the largest unit without a fraction. */
  time: (seconds: number) => string;
  /** How long ago a time (RFC 3339) was, in words; `undefined` for any other text. */
  ago: (time: string | undefined) => string | undefined;
}

export interface Locales {
  /** In the order of their tags. */
  all: readonly Locale[];
  /** English, for languages that are not available. */
  fallback: Locale;
  /** The best language for a tag, such as Hebrew for `iw-IL`; `undefined` if none fits. Takes anything. */
  find: (tag: unknown) => Locale | undefined;
}

const fallbackTag = 'en';
/** Each one costs a search, so a request must not bring any number of them. */
const mostWishes = 10;
const longestHeader = 1_000;
/** All such scripts of living languages. `Intl` tells directions too, but that of `dv` wrongly in Node 20. */
const rightToLeft = ['Adlm', 'Arab', 'Hebr', 'Mand', 'Nkoo', 'Rohg', 'Samr', 'Syrc', 'Thaa'];

/**
 * Reads all languages from a folder of `<tag>.json` files, flat objects of keys and words. English
 * stands in for words that a language lacks.
 * @throws Error when a file is not named after a language or does not hold such an object
 */
export function loadLocales(folder: string): Locales {
  const words = new Map<string, Record<string, string>>();
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.json')) continue;
    const path = join(folder, file);
    const tag = canonicalTag(file.slice(0, -'.json'.length));
    if (!tag || words.has(tag))
      throw new Error(`${path} must be named after a language of its own`);
    words.set(tag, readWords(path));
  }
  const english = words.get(fallbackTag);
  if (!english) throw new Error(`${folder} must have ${fallbackTag}.json`);
  const tags = [...words.keys()].toSorted();
  const locales = new Map(
    tags.map((tag) => [tag, createLocale(tag, { ...english, ...words.get(tag) })]),
  );
  const matchLanguage = createLanguageMatcher(tags);
  return {
    all: [...locales.values()],
    fallback: locales.get(fallbackTag)!,
    find: (tag) => locales.get(matchLanguage(tag) ?? ''),
  };
}

function readWords(path: string): Record<string, string> {
  let words: unknown;
  try {
    words = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
  const isFlat = typeof words === 'object' && words !== null && !Array.isArray(words);
  if (!isFlat) throw new Error(`${path} must hold an object`);
  const other = Object.entries(words!).find(([, value]) => typeof value !== 'string');
  if (other) throw new Error(`${path}: "${other[0]}" must be a text`);
  return words as Record<string, string>;
}

function createLocale(lang: string, words: Record<string, string>): Locale {
  const text = messagesOf(words, (value) => compileMessage<string | number>(value, String));
  const html = messagesOf(words, (value) => compileMessage(escapeHtml(value), isolated));
  const h: Locale['h'] = (key, values) => html(key)?.(values) ?? escapeHtml(key);
  /** The key for a message when a value that it needs may be missing. */
  const keyFor = (key: string, values: Record<string, string | undefined | 0>) => {
    const isMissing = ([name, value]: [string, unknown]) =>
      !value && words[key]?.includes(`{${name}}`);
    return Object.entries(values).some(isMissing) ? `${key}_unnamed` : key;
  };
  const t: Locale['t'] = (key, values) => text(key)?.(values) ?? key;
  return {
    lang,
    dir: rightToLeft.includes(new Intl.Locale(lang).maximize().script ?? '') ? 'rtl' : 'ltr',
    ownName: ownNameOf(lang),
    t,
    h,
    named: (key, values) => t(keyFor(key, values), values as Values),
    namedHtml: (key, values) => h(keyFor(key, values), values as Values),
    time: durationsIn(lang),
    ago: agoIn(lang),
    ...formatsIn(lang),
  };
}

/** Prepares each message when it is first used: a start uses few of them, and most languages not at all. */
function messagesOf<Message>(
  words: Record<string, string>,
  prepare: (value: string) => Message,
): (key: string) => Message | undefined {
  const prepared = new Map<string, Message>();
  return (key) => {
    const before = prepared.get(key);
    if (before || !Object.hasOwn(words, key)) return before;
    const message = prepare(words[key]!);
    prepared.set(key, message);
    return message;
  };
}

/** The capital is for a menu. Other scripts have none, or none for this, as Georgian. */
function ownNameOf(lang: string): string {
  const name = new Intl.DisplayNames([lang], { type: 'language' }).of(lang) ?? lang;
  return name.replace(/^[\p{scx=Latn}\p{scx=Cyrl}\p{scx=Grek}]/u, (letter) =>
    letter.toLocaleUpperCase(lang),
  );
}

/**
 * Chooses the language. First comes the one picked in this request (`?lang=`), then the one that the
 * app requests (`preferLocales`), then the one picked in this browser before (cookie), then the one
 * that the browser prefers (`Accept-Language`).
 */
export function locale(locales: Locales, home: CookieHome): RequestHandler {
  const cookie = cookieName(home, 'lang');
  return function locale(req, res, next) {
    const picked = locales.find(req.query['lang']);
    if (picked && isOpened(req)) pick(res, picked, home);
    else speak(res, picked ?? locales.find(req.cookies?.[cookie]) ?? askedFor(req, locales));
    next();
  };
}

/** Switches to the language that was picked in the menu of a page with a form, and remembers it. */
export function postedLocale(locales: Locales, home: CookieHome): RequestHandler {
  return function postedLocale(req, res, next) {
    const picked = locales.find(postedFields(req)['lang']);
    if (picked) pick(res, picked, home);
    next();
  };
}

/** Whether the form was posted only to see its page in another language. */
export function isLanguageSwitch(req: Request): boolean {
  return Object.hasOwn(postedFields(req), 'lang');
}

/**
 * Switches to the language that the app requests, unless the person has picked one.
 * @param wishes `ui_locales` (OpenID Connect Core 3.1.2.1), best first
 */
export function preferLocales(locales: Locales, res: Response, wishes: string[] | undefined): void {
  if (!wishes?.length || res.locals['isLangPicked']) return;
  const wish = firstOf(wishes, locales);
  if (wish) speak(res, wish);
}

/**
 * Switches to the language in which the form was shown, unless the person has picked one.
 * @param tag `Facts.lang`
 */
export function keepLocale(locales: Locales, res: Response, tag: string | undefined): void {
  const shown = locales.find(tag);
  if (!shown || res.locals['isLangPicked']) return;
  res.locals['isLangPicked'] = true;
  speak(res, shown);
}

/** The language of this response. */
export function localeOf(res: Response): Locale {
  return res.locals['locale'] as Locale;
}

function pick(res: Response, picked: Locale, home: CookieHome): void {
  const yearMs = 365 * 24 * 60 * 60 * 1000;
  res.cookie(cookieName(home, 'lang'), picked.lang, { ...cookieOptions(home), maxAge: yearMs });
  res.locals['isLangPicked'] = true;
  speak(res, picked);
}

function speak(res: Response, chosen: Locale): void {
  const { lang, dir, t, h } = chosen;
  Object.assign(res.locals, { locale: chosen, lang, dir, t, h });
}

/** The language that the browser prefers (RFC 9110, 12.5.4). */
function askedFor(req: Request, locales: Locales): Locale {
  const header = req.headers['accept-language'] ?? '';
  if (header === '' || header.length > longestHeader) return locales.fallback;
  return firstOf(req.acceptsLanguages(), locales) ?? locales.fallback;
}

function firstOf(wishes: readonly string[], { find }: Locales): Locale | undefined {
  for (const wish of wishes.slice(0, mostWishes)) {
    const found = find(wish);
    if (found) return found;
  }
  return undefined;
}
