/**
 * Reads `request_url` as the server does, which is written in Go: names are decoded before they are
 * compared, the first of several values counts, and a pair with a `;` or a broken escape is no pair.
 * Whoever reads it otherwise tells people something other than what the server does.
 */

/** Decoded names and values, in their order. */
type Pairs = [name: string, value: string][];

const brokenEscape = /%(?![\da-f]{2})/i;
/** Anything else is taken as it is, which is faster. */
const encoded = /[%+]|[^\x20-\x7E]/;

/** What was read last: a page asks several things of one address. */
let latest: { requestUrl: string; pairs: Readonly<Pairs> } = { requestUrl: '', pairs: [] };

function readQuery(requestUrl: string): Readonly<Pairs> {
  if (requestUrl !== latest.requestUrl) latest = { requestUrl, pairs: pairsOf(requestUrl) };
  return latest.pairs;
}

function pairsOf(requestUrl: string): Pairs {
  const pairs: Pairs = [];
  for (const text of queryOf(requestUrl).split('&')) {
    if (text === '' || text.includes(';') || brokenEscape.test(text)) continue;
    if (!encoded.test(text)) {
      const [name = '', ...values] = text.split('=');
      pairs.push([name, values.join('=')]);
      continue;
    }
    // One pair at a time, so that this only decodes; behind an `&`, so that a `?` belongs to the name.
    for (const pair of new URLSearchParams(`&${text}`)) pairs.push(pair);
  }
  return pairs;
}

function queryOf(requestUrl: string): string {
  const [address = ''] = requestUrl.split('#', 1);
  const start = address.indexOf('?');
  return start < 0 ? '' : address.slice(start + 1);
}

/** The value of a parameter; empty when it is missing. */
function first(pairs: Readonly<Pairs>, name: string): string {
  return pairs.find(([one]) => one === name)?.[1] ?? '';
}

/** Only blanks separate words, as in the server: no tabs, no line breaks. */
function wordsOf(value: string): string[] {
  return value.split(' ').filter((word) => word !== '');
}

/** Whether parameters come in a request object, which overrules the query (OpenID Connect Core 6). */
function isInRequestObject(pairs: Readonly<Pairs>): boolean {
  return first(pairs, 'request') !== '' || first(pairs, 'request_uri') !== '';
}

/**
 * What an authorization request demands by `prompt` (OpenID Connect Core 3.1.2.1).
 * @returns `undefined` when only the server knows: it may stand in a request object
 */
export function promptsOf(requestUrl: string): string[] | undefined {
  const pairs = readQuery(requestUrl);
  return isInRequestObject(pairs) ? undefined : wordsOf(first(pairs, 'prompt'));
}

/**
 * The most seconds that may have passed since the person signed in (`max_age`, OpenID Connect Core
 * 3.1.2.1).
 * @returns `undefined` when the request sets no such limit, or when only the server knows
 */
export function maxAgeOf(requestUrl: string): number | undefined {
  const pairs = readQuery(requestUrl);
  const value = first(pairs, 'max_age');
  return !isInRequestObject(pairs) && /^\+?\d+$/.test(value) ? Number(value) : undefined;
}

/**
 * Where an authorization request leads back to.
 * @param registered `redirect_uris` of the client
 * @returns `undefined` when only the server knows: it may stand in a request object, or the request
 *   names none and the client has several
 */
export function redirectUriOf(
  requestUrl: string,
  registered: readonly string[] | null | undefined,
): string | undefined {
  const pairs = readQuery(requestUrl);
  if (isInRequestObject(pairs)) return undefined;
  const named = first(pairs, 'redirect_uri');
  if (named !== '') return named;
  return registered?.length === 1 ? registered[0] : undefined;
}

/** The languages that a request wishes for, best first (`ui_locales`); they may be nonsense. */
export function uiLocalesOf(requestUrl: string): string[] {
  return wordsOf(first(readQuery(requestUrl), 'ui_locales'));
}

/** Whether the request is the verification of a device (RFC 8628, section 3.3). */
export function isDeviceVerification(requestUrl: string): boolean {
  return /^https?:[^?#]*\/oauth2\/device\/verify(?:[?#]|$)/i.test(requestUrl);
}

/** Whether a request says something of a person, or may do so in a request object. */
export function mayHintAtPerson(requestUrl: string): boolean {
  const pairs = readQuery(requestUrl);
  return isInRequestObject(pairs) || hints.some((name) => first(pairs, name) !== '');
}

const hints = ['login_hint', 'id_token_hint'];

/**
 * The same request for somebody else: without hints at a person.
 * @param prompts take the place of its own
 * @returns `undefined` when hints may be in a request object, which cannot be changed, and no prompt
 *   asks for a sign-in
 */
export function withoutPerson(
  requestUrl: string,
  { prompts }: { prompts?: readonly string[] } = {},
): string | undefined {
  const pairs = readQuery(requestUrl);
  if (!prompts && isInRequestObject(pairs)) return undefined;
  const dropped = prompts ? [...hints, 'prompt'] : hints;
  const kept = pairs.filter(([name]) => !dropped.includes(name));
  if (prompts) kept.push(['prompt', prompts.join(' ')]);
  const query = new URLSearchParams(kept).toString();
  const [address = ''] = requestUrl.split(/[?#]/, 1);
  return query === '' ? address : `${address}?${query}`;
}
