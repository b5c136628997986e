import type { Claims } from '@portico/hydra-admin';
import { postalLine, valueLine } from './claim-values.ts';
import type { Locale } from './locale.ts';
import { breakable, escapeHtml, isolated, type Values } from './messages.ts';
import { readableName } from './readable-name.ts';
import { shorten } from './shorten.ts';

export interface Words {
  text: string;
  html: string;
}

/** What a claim says, such as "born 10 December 1815". */
export interface Phrase {
  words: Words;
  /** The part of it that is the person's own. */
  value: string;
  /** The same with another value. */
  fill: (value: string) => Words;
}

interface Claim {
  /** The value in one line of visible text. Never empty. */
  value: string;
  /** All of them: some belong together. */
  claims: Claims;
  locale: Locale;
}

type Teller = (claim: Claim) => Phrase | undefined;

/** The standard claims in their order (OpenID Connect Core 5.1). */
const standardClaims: [name: string, tell: Teller][] = Object.entries({
  name: asItIs(textHtml),
  given_name: partOfName,
  family_name: partOfName,
  middle_name: partOfName,
  nickname: sentence('claim.nickname'),
  preferred_username: sentence('claim.preferred_username'),
  profile: asItIs(addressHtml),
  picture: ({ locale }) => phraseOf('', () => message(locale, 'claim.picture')),
  website: asItIs(addressHtml),
  email: confirmable('email_verified', addressHtml),
  gender: sentence('claim.gender'),
  birthdate,
  zoneinfo: sentence('claim.zoneinfo'),
  locale: language,
  phone_number: confirmable('phone_number_verified', phoneHtml),
  address: asItIs(textHtml),
  updated_at: updatedAt,
} satisfies Record<string, Teller>);

/** Without the claim that they are about they say nothing. */
const flags = ['email_verified', 'phone_number_verified'];
const standardNames = new Set([...standardClaims.map(([name]) => name), ...flags]);

/** What claims say, one after the other, own claims last. What says nothing is left out. */
export function* claimPhrases(claims: Claims, locale: Locale): Generator<Phrase, void> {
  for (const [name, tell] of standardClaims) {
    const value = standardValue(name, claims, locale);
    const phrase = value && tell({ value, claims, locale });
    if (phrase) yield phrase;
  }
  for (const name of Object.keys(claims)) {
    if (standardNames.has(name)) continue;
    const value = valueLine(claims[name], locale, locale.number);
    if (value) yield ownClaim(name, value, locale);
  }
}

function standardValue(name: string, claims: Claims, locale: Locale): string {
  const value = claims[name];
  if (value === undefined) return '';
  return name === 'address' ? postalLine(value, locale) : valueLine(value, locale, String);
}

/** Locale keys that are not about a claim of their name. */
const otherKeys = [
  'comma',
  'verified',
  'unverified',
  'other',
  'birthdate_year',
  'yes',
  'no',
  'none',
];
const longestLabel = 60;
/** Of a name, which may be any text. */
const longestRead = 1_000;

/** A claim that a fork adds. `claim.<name>` is its label, or a sentence with `{value}`. */
function ownClaim(name: string, value: string, locale: Locale): Phrase {
  const key = `claim.${name}`;
  const words = otherKeys.includes(name) ? key : locale.t(key);
  if (words.includes('{value}') && words !== key)
    return phraseOf(value, (text) => message(locale, key, { value: text }));
  const label =
    words === key ? shorten(readableName(name.slice(0, longestRead)), longestLabel) : words;
  return phraseOf(value, (text) => message(locale, 'claim.other', { name: label, value: text }));
}

function phraseOf(value: string, fill: Phrase['fill']): Phrase {
  return { value, fill, words: fill(value) };
}

function message(locale: Locale, key: string, values?: Values): Words {
  return { text: locale.t(key, values), html: locale.h(key, values) };
}

function sentence(key: string): Teller {
  return ({ value, locale }) => phraseOf(value, (text) => message(locale, key, { value: text }));
}

function asItIs(html: (text: string) => string): Teller {
  return ({ value }) => phraseOf(value, (text) => ({ text, html: html(text) }));
}

/** Some directories write their flags as text. */
const keysOfFlag = new Map<unknown, string>([
  [true, 'claim.verified'],
  ['true', 'claim.verified'],
  [false, 'claim.unverified'],
  ['false', 'claim.unverified'],
]);

function confirmable(flag: string, html: (text: string) => string): Teller {
  return ({ value, claims, locale }) => {
    const key = keysOfFlag.get(claims[flag]);
    if (!key) return phraseOf(value, (text) => ({ text, html: html(text) }));
    const comma = message(locale, 'claim.comma');
    const state = message(locale, key);
    return phraseOf(value, (text) => ({
      text: text + comma.text + state.text,
      html: html(text) + comma.html + state.html,
    }));
  };
}

function textHtml(text: string): string {
  return isolated(text, 'value');
}

function addressHtml(text: string): string {
  return `<bdi dir="ltr" translate="no">${breakable(text)}</bdi>`;
}

/** Lines do not break after the plus sign of a phone number. */
function phoneHtml(text: string): string {
  return `<bdi dir="ltr" translate="no">${escapeHtml(text)}</bdi>`;
}

/** A letter of a script in which names have blanks between them. */
const letter =
  '[^\\P{L}\\p{Script=Han}\\p{Script=Hangul}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}]';
const endsInWord = new RegExp(`${letter}$`, 'u');
const beginsInWord = new RegExp(`^${letter}`, 'u');

/** Nothing where the full name says it already. */
function partOfName(claim: Claim): Phrase | undefined {
  const name = standardValue('name', claim.claims, claim.locale).toLowerCase();
  const part = claim.value.toLowerCase();
  for (let at = name.indexOf(part); at >= 0; at = name.indexOf(part, at + 1)) {
    const end = at + part.length;
    const before = name.slice(Math.max(0, at - 2), at);
    const isInWord = endsInWord.test(before) || beginsInWord.test(name.slice(end, end + 2));
    if (!isInWord) return undefined;
  }
  return asItIs(textHtml)(claim);
}

function birthdate({ value, locale }: Claim): Phrase {
  if (/^\d{4}$/.test(value) && value !== '0000')
    return phraseOf(value, (year) => message(locale, 'claim.birthdate_year', { year }));
  const day = dayOf(value);
  // The year 0000 means that the year is left out.
  const format = value.startsWith('0000') ? locale.dayAndMonth : locale.date;
  const words = day === undefined ? value : format(day);
  return phraseOf(words, (date) => message(locale, 'claim.birthdate', { date }));
}

function updatedAt({ value, locale }: Claim): Phrase {
  const lastSecond = 253_402_300_799; // of the year 9999
  const seconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) : Infinity;
  const text = /^[^T]{10}T/.test(value) ? value.slice(0, 10) : value;
  const day = seconds <= lastSecond ? seconds * 1_000 : dayOf(text);
  const words = day === undefined ? value : locale.date(day);
  return phraseOf(words, (date) => message(locale, 'claim.updated_at', { date }));
}

/** The first millisecond of a day such as `1815-12-10`; `undefined` if the calendar has no such day. */
function dayOf(text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const day = new Date(`${text}T00:00:00Z`);
  // The 31st of February would be the 3rd of March.
  return day.getUTCDate() === Number(text.slice(-2)) ? day.getTime() : undefined;
}

function language(claim: Claim): Phrase | undefined {
  const name = claim.locale.languageName(claim.value);
  if (!name) return asItIs(textHtml)(claim);
  return phraseOf(name, (text) => ({ text, html: `<bdi>${escapeHtml(text)}</bdi>` }));
}
