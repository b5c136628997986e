import { LRUCache } from 'lru-cache';

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const;

/**
 * Writes durations in words of a language, in the largest unit without a fraction: "30 days",
 * "90 minutes". They are kept, because it takes longer to make a number format than to render a page.
 */
export function durationsIn(lang: string): (seconds: number) => string {
  const known = new LRUCache<number, string>({ max: 1_000 });
  return (seconds) => {
    const before = known.get(seconds);
    if (before) return before;
    const isEven = ([, size]: (typeof units)[number]) => seconds >= size && seconds % size === 0;
    const [unit, size] = units.find(isEven) ?? units[3];
    const format = new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' });
    const words = format.format(seconds / size);
    known.set(seconds, words);
    return words;
  };
}

/** How long ago a time (RFC 3339) was: "3 days ago"; `undefined` for any other text. */
export function agoIn(lang: string, time: string | undefined): string | undefined {
  const moment = Date.parse(time ?? '');
  if (Number.isNaN(moment)) return undefined;
  const seconds = Math.max(0, (Date.now() - moment) / 1000);
  const [unit, size] = units.find(([, size]) => seconds >= size) ?? units[3];
  return new Intl.RelativeTimeFormat(lang, { numeric: 'auto' }).format(
    -Math.floor(seconds / size),
    unit,
  );
}
