import { match } from '@formatjs/intl-localematcher';
import { LRUCache } from 'lru-cache';

/** RFC 5646, 4.4.1: real tags are shorter. */
const longestTag = 35;
const mostKept = 1_000;
/** The tag for no language at all. */
const none = 'und';

/**
 * Finds what a wish for a language means among the languages that are there, by the distances of
 * CLDR: `zh-TW` is written like `zh-Hant`, and `en-AU` is nearer to `en-GB` than to `en`.
 * @param tags canonical tags of the languages that are there
 * @returns a function that takes any wish, also nonsense, and gives one of the tags
 */
export function createLanguageMatcher(tags: readonly string[]) {
  const languages = new Map(tags.map((tag) => [tag, languageOf(tag)]));
  const kept = new LRUCache<string, { tag: string | undefined }>({ max: mostKept });

  return function matchLanguage(wish: unknown): string | undefined {
    if (typeof wish !== 'string' || wish.length > longestTag) return undefined;
    if (tags.includes(wish)) return wish;
    const before = kept.get(wish);
    if (before) return before.tag;
    const tag = nearest(wish, languages);
    kept.set(wish, { tag });
    return tag;
  };
}

/** @returns undefined when a text is no language tag; it may have underscores and any case */
export function canonicalTag(text: string): string | undefined {
  try {
    return new Intl.Locale(text.replaceAll('_', '-')).baseName;
  } catch {
    return undefined;
  }
}

/** CLDR would also give languages that many of a country know, such as Russian for Ukrainian. */
function nearest(wish: string, languages: ReadonlyMap<string, string>): string | undefined {
  const wanted = canonicalTag(wish);
  if (!wanted || languages.has(wanted)) return wanted;
  const language = languageOf(wanted);
  const same = [...languages.keys()].filter((tag) => languages.get(tag) === language);
  if (same.length === 0) return undefined;
  const found = match([wanted], same, none);
  if (found !== none) return found;
  // The wrong script is no help, unless nothing is said of scripts.
  return wanted.includes('-') ? undefined : same[0];
}

/** `no` is Bokmål in nearly all cases, and either way of writing is read by all. */
function languageOf(tag: string): string {
  const { language } = new Intl.Locale(tag);
  return language === 'no' || language === 'nn' ? 'nb' : language;
}
