/**
 * Text that somebody else wrote, made fit to be shown: anybody who registers an app chooses its name.
 * Nothing in it can hide, turn the reading direction of what follows, or be drawn over other text.
 */

/**
 * Letters that some scripts cannot be spelt without a joiner between: it changes their shape. Emoji
 * are joined likewise. Anywhere else a joiner is only invisible.
 */
const joinable =
  '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Devanagari}\\p{Script=Bengali}\\p{Script=Gurmukhi}' +
  '\\p{Script=Gujarati}\\p{Script=Oriya}\\p{Script=Tamil}\\p{Script=Telugu}\\p{Script=Kannada}' +
  '\\p{Script=Malayalam}\\p{Script=Sinhala}]';
const joiner =
  `(?<=${joinable})[\\u200C\\u200D](?=${joinable})|` +
  '(?<=[\\p{Extended_Pictographic}\\p{Emoji_Modifier}])\\uFE0F?\\u200D(?=\\p{Extended_Pictographic})';
/** Of the format characters, only those that stand under numbers have a shape. */
const format =
  '(?![\\u0600-\\u0605\\u06DD\\u070F\\u0890\\u0891\\u08E2\\u{110BD}\\u{110CD}])\\p{Cf}';
const shapeless =
  '\\p{Cc}|\\p{Default_Ignorable_Code_Point}|\\p{Noncharacter_Code_Point}|\\u{1D159}';
const invisible = new RegExp(`(${joiner})|${format}|${shapeless}`, 'gu');

const space = /[\p{White_Space}\u2800]+/gu;
/** Marks that enclose a letter reach over its neighbours. */
const enclosing = /\p{Me}/gu;
/** Far beyond any letter: the time to normalise a run of marks grows with the square of its length. */
const endless = /(\p{M}{30})\p{M}+/gu;
/** Without a letter before them, marks are drawn over whatever stands there. */
const loose = /(?<=^| )\p{M}+/gu;
const stack = /(\P{Mn}?)(\p{Mn}{3,})/gu;
/** In these no letter carries more than two marks; Hebrew and others have letters with three. */
const european = /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}]/u;

/** @returns empty when nothing of it is visible */
export function visibleText(text: string | undefined): string {
  if (!text) return '';
  const isPlain = /^[\x20-\x7E]*$/.test(text);
  const visible = isPlain
    ? text
    : text
        .toWellFormed()
        .replace(space, ' ')
        .replace(invisible, '$1')
        .replace(endless, '$1')
        .normalize('NFD') // counts the marks that are part of a letter, too
        .replace(enclosing, '')
        .replace(stack, withFewMarks)
        .replace(loose, '')
        .normalize('NFC');
  return visible.replace(/ {2,}/g, ' ').trim();
}

/** Visible text or, where there is none, the numbers of its characters: two values stay two. */
export function visibleValue(value: string): string {
  return visibleText(value) || Array.from(value, codePointOf).join(' ');
}

function withFewMarks(_all: string, base: string, marks: string): string {
  const most = base === '' || european.test(base) ? 2 : 3;
  return base + Array.from(marks).slice(0, most).join('');
}

function codePointOf(character: string): string {
  return `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`;
}
