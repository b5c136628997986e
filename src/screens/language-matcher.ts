import { match } from '@formatjs/intl-localematcher';
import { LRUCache } from 'lru-cache';

/** Language tags in use are shorter (RFC 5646, 4.4.1). */
const longestTag = 35;
const mostKept = 1_000;
/** The tag for an undetermined language: `match` returns it when it finds nothing. */
const none = 'und';

/**
 * Finds the best of the available languages for a requested one, by the distances of CLDR: `zh-TW`
 * gets `zh-Hant`, and `en-AU` gets `en-GB` rather than `en`.
 * @param tags canonical tags of the available languages
 * @returns takes anything, even nonsense; returns one of the tags, or `undefined` if none fits
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

/**
 * The canonical form of a language tag, which may have underscores and any case.
 * @returns `undefined` when the text is not a language tag
 */
export function canonicalTag(text: string): string | undefined {
  try {
    return new Intl.Locale(text.replaceAll('_', '-')).baseName;
  } catch {
    return undefined;
  }
}

/** Only looks among tags of the same language: CLDR would also offer Russian for Ukrainian. */
function nearest(wish: string, languages: ReadonlyMap<string, string>): string | undefined {
  const wanted = canonicalTag(wish);
  if (!wanted || languages.has(wanted)) return wanted;
  const language = languageOf(wanted);
  const same = [...languages.keys()].filter((tag) => languages.get(tag) === language);
  if (same.length === 0) return undefined;
  const found = match([wanted], same, none);
  if (found !== none) return found;
  // Only other scripts are available. Few people can read them, but a bare language accepts any.
  return wanted.includes('-') ? undefined : same[0];
}

/** `no` nearly always means Bokmål, and readers of Nynorsk read it too. */
function languageOf(tag: string): string {
  const { language } = new Intl.Locale(tag);
  return language === 'no' || language === 'nn' ? 'nb' : language;
}
