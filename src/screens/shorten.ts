/** What a person sees as one letter, such as a flag or a letter with its marks. */
const letters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Cuts a text that is too long, at the end of a word where one is near, else between two letters.
 * @param most characters of the result
 * @returns the text, or its beginning with "…"
 */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const room = most - 1;
  // The character at the cut may be half of a pair, so one more is read.
  const end = letters.segment(text.slice(0, room + 2)).containing(room)!.index;
  const start = text.slice(0, end);
  const word = start.lastIndexOf(' ');
  const isNear = text[end] !== ' ' && word > room * 0.6;
  return `${(isNear ? start.slice(0, word) : start).replace(/[\s\p{Po}\p{Pd}\p{Ps}]+$/u, '')}…`;
}
