import type { Claims } from '@portico/hydra-admin';
import { claimPhrases, type Phrase, type Words } from './claim-phrases.ts';
import type { Locale } from './locale.ts';
import { shorten } from './shorten.ts';

/** With "…" where there is more. */
const mostCharacters = 120;
/** Shorter values, such as phone numbers, are shown whole or not at all. */
const longestWhole = 40;
/** Less of a value would not tell anything. */
const shortestStart = 20;

/**
 * What an app gets to know about a person: the second line of a scope on the consent screen. The
 * claims come in the order of OpenID Connect Core 5.1, own claims last. A long line ends with "…"
 * @param claims as they go into the tokens
 * @returns as plain text and as HTML, in which values are isolated from the direction of the text;
 *   `undefined` when there is nothing to show
 */
export function claimWords(claims: Claims, locale: Locale): Words | undefined {
  const comma = { text: locale.t('claim.comma'), html: locale.h('claim.comma') };
  const phrases = claimPhrases(claims, locale);
  const line: Phrase[] = [];
  let length = -comma.text.length;
  for (const phrase of phrases) {
    line.push(phrase);
    length += comma.text.length + phrase.words.text.length;
    // Any number of claims costs no more than those that are shown.
    if (length > mostCharacters) return cutLine(line, comma, !phrases.next().done);
  }
  if (line.length === 0) return undefined;
  return joined(
    line.map(({ words }) => words),
    comma,
  );
}

/**
 * Ends a line that is too long: inside a long value, or else after a claim.
 * @param hasMore whether claims follow that are not in the line
 */
function cutLine(line: Phrase[], comma: Words, hasMore: boolean): Words {
  const end = { text: '…', html: '…' };
  const shown: Words[] = [];
  let room = mostCharacters - comma.text.length - end.text.length;
  for (const { words } of line) {
    if (words.text.length > room) break;
    shown.push(words);
    room -= words.text.length + comma.text.length;
  }
  const cut = cutPhrase(line[shown.length]!, room, shown.length === 0);
  const isLast = shown.length === line.length - 1 && !hasMore;
  if (cut) shown.push(cut);
  if (!cut || (!isLast && !cut.text.endsWith('…'))) shown.push(end);
  return joined(shown, comma);
}

/** A claim with the start of its value, if that tells anything. The first claim always does. */
function cutPhrase(phrase: Phrase, room: number, isFirst: boolean): Words | undefined {
  const { value, words, fill } = phrase;
  const roomOfValue = room - (words.text.length - value.length);
  if (isFirst) return fill(shorten(value, Math.max(roomOfValue, longestWhole)));
  const isWorth = value.length > longestWhole && roomOfValue > shortestStart;
  return isWorth ? fill(shorten(value, roomOfValue)) : undefined;
}

function joined(all: Words[], comma: Words): Words {
  return {
    text: all.map(({ text }) => text).join(comma.text),
    html: all.map(({ html }) => html).join(comma.html),
  };
}
