import type { Locale } from './locale.ts';
import { visibleText } from './visible-text.ts';

/** More would not fit into a line, and takes time to read. */
const longestRead = 1_000;
const mostElements = 100;

/**
 * The value of a claim in one line of visible text; empty when there is nothing to show.
 * @param value as in JSON
 * @param locale whose words are used for "yes", "no" and between the elements of a list
 * @param numberText writes a number: that of a house is not one to be counted with
 */
export function valueLine(
  value: unknown,
  locale: Locale,
  numberText: (value: number | bigint) => string,
): string {
  if (!Array.isArray(value)) return simpleLine(value, locale, numberText);
  return value
    .slice(0, mostElements)
    .map((element) =>
      Array.isArray(element) ? jsonLine(element) : simpleLine(element, locale, numberText),
    )
    .filter(Boolean)
    .join(locale.t('claim.comma'));
}

function simpleLine(
  value: unknown,
  { t }: Locale,
  numberText: (value: number | bigint) => string,
): string {
  if (typeof value === 'string') return visibleStart(value);
  if (typeof value === 'number' || typeof value === 'bigint') return numberText(value);
  if (typeof value === 'boolean') return t(value ? 'claim.yes' : 'claim.no');
  return jsonLine(value);
}

function jsonLine(value: unknown): string {
  const isEmpty = typeof value !== 'object' || value === null || Object.keys(value).length === 0;
  return isEmpty ? '' : visibleStart(JSON.stringify(value));
}

function visibleStart(text: string): string {
  const isLong = text.length > longestRead;
  return isLong ? `${visibleText(text.slice(0, longestRead))}…` : visibleText(text);
}

/** In the order in which most countries write them (OpenID Connect Core 5.1.1). */
const postalParts = ['street_address', 'locality', 'region', 'postal_code', 'country'];
/** Begins where no comma is before it: else it would be tried at each comma of a long row. */
const lastCommas = /(?<![\s,،、])[\s,،、]+$/;
const lineBreak = /[\n\r\v\f\u0085\u2028\u2029]+/;

/** An address in one line: `formatted`, else its parts. Any other object is shown as it is. */
export function postalLine(value: unknown, locale: Locale): string {
  if (typeof value === 'string') return oneLine([value], locale);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return valueLine(value, locale, String);
  const address = value as Record<string, unknown>;
  const formatted = oneLine([address['formatted']], locale);
  if (formatted) return formatted;
  const parts = oneLine(
    postalParts.map((name) => address[name]),
    locale,
  );
  const isOther = Object.keys(address).some(
    (name) => ![...postalParts, 'formatted'].includes(name),
  );
  return parts || (isOther ? jsonLine(address) : '');
}

/** The lines of all parts in one. Some are there twice: Berlin is a region, too. */
function oneLine(parts: unknown[], locale: Locale): string {
  const lines = parts
    .flatMap((part) => (typeof part === 'string' ? part.split(lineBreak, mostElements) : [part]))
    .map((part) => valueLine(part, locale, String).replace(lastCommas, ''))
    .filter(Boolean);
  return [...new Set(lines)].join(locale.t('claim.comma'));
}
