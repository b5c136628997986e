import { LRUCache } from 'lru-cache';
import { whenUsed } from './when-used.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

const units = [
  ['year', year],
  ['day', day],
  ['hour', hour],
  ['minute', minute],
  ['second', 1],
] as const;

/** For the past, where a fraction does not matter. */
const pastUnits = [
  ['year', year],
  ['month', 30 * day],
  ['week', 7 * day],
  ...units.slice(1),
] as const;

/** Before it there was no OAuth 2.0: such times stand for none, like Go's zero time in the year 1. */
const firstTime = Date.UTC(2010, 0);

/**
 * Writes durations in words of a language, in the largest unit without a fraction: "3 years",
 * "30 days", "90 minutes". They are kept, because it takes longer to make a number format than to
 * render a page.
 */
export function durationsIn(lang: string): (seconds: number) => string {
  const known = new LRUCache<number, string>({ max: 1_000 });
  return (seconds) => {
    const before = known.get(seconds);
    if (before) return before;
    const isEven = ([, size]: (typeof units)[number]) => seconds >= size && seconds % size === 0;
    const [unit, size] = units.find(isEven) ?? units[4];
    const format = new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' });
    const words = format.format(seconds / size);
    known.set(seconds, words);
    return words;
  };
}

/**
 * How long ago a time (RFC 3339) was: "3 days ago"; `undefined` for any other text, and for a time
 * that cannot be right.
 */
export function agoIn(lang: string): (time: string | undefined) => string | undefined {
  const formats = {
    always: whenUsed(() => new Intl.RelativeTimeFormat(lang, { numeric: 'always' })),
    auto: whenUsed(() => new Intl.RelativeTimeFormat(lang, { numeric: 'auto' })),
  };
  return (time) => {
    const moment = /^\d{4}-\d\d-\d\dT/i.test(time ?? '') ? Date.parse(time!) : Number.NaN;
    const seconds = (Date.now() - moment) / 1000;
    // Clocks may differ, but not by a day.
    if (!(moment >= firstTime) || seconds < -day) return undefined;
    const [unit, size] = pastUnits.find(([, size]) => seconds >= size) ?? ['second', 1];
    const count = Math.max(0, Math.floor(seconds / size));
    // "Last year" is right for a year of the calendar, not for what was 13 months ago.
    const numeric = size > day ? 'always' : 'auto';
    // In Hebrew, ICU repeats in figures what it has said in words: "a week ago (1)".
    return formats[numeric]()
      .format(-count, unit)
      .replace(/\s*\(\d+\)/, '');
  };
}
