import { LRUCache } from 'lru-cache';
import { canonicalTag } from './language-matcher.ts';
import { whenUsed } from './when-used.ts';

/** Dates, numbers and names of languages, as people write them in a language. */
export interface Formats {
  /** A date with its year. Lines do not break in it. */
  date: (milliseconds: number) => string;
  /** A date without its year. Lines do not break in it. */
  dayAndMonth: (milliseconds: number) => string;
  /** A number with all its digits. Years have no separator. */
  number: (value: number | bigint) => string;
  /** A language by its tag, which may have underscores; `undefined` if none has this tag. */
  languageName: (tag: string) => string | undefined;
}

/** Language tags in use are shorter (RFC 5646, 4.4.1). */
const longestTag = 35;

/** English without a region begins dates with the day. Arabic without a region has either digits. */
const conventions: Record<string, string> = { en: 'en-GB', ar: 'ar-u-nu-latn' };

/** The formats of a language, each made once: that takes longer than to use it a hundred times. */
export function formatsIn(lang: string): Formats {
  const convention = conventions[lang] ?? lang;
  const day = { day: 'numeric', month: 'long', timeZone: 'UTC', calendar: 'gregory' } as const;
  const digits = { maximumFractionDigits: 20, useGrouping: 'min2' } as const;
  const dates = whenUsed(() => new Intl.DateTimeFormat(convention, { ...day, year: 'numeric' }));
  const days = whenUsed(() => new Intl.DateTimeFormat(convention, day));
  const numbers = whenUsed(() => new Intl.NumberFormat(convention, digits));
  const names = whenUsed(() => new Intl.DisplayNames(lang, { type: 'language', fallback: 'none' }));
  /** To read a tag and find its name takes longer than all else of a consent screen's profile. */
  const known = new LRUCache<string, { name: string | undefined }>({ max: 1_000 });
  return {
    date: (milliseconds) => unbroken(dates().format(milliseconds)),
    dayAndMonth: (milliseconds) => unbroken(days().format(milliseconds)),
    number: (value) => numbers().format(value),
    languageName(tag) {
      if (tag.length > longestTag) return undefined;
      const before = known.get(tag);
      if (before) return before.name;
      const canonical = canonicalTag(tag);
      const name = canonical && names().of(canonical);
      known.set(tag, { name });
      return name;
    },
  };
}

function unbroken(text: string): string {
  return text.replace(/\s/g, '\u00A0');
}
