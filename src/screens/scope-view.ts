import type { Claims } from '@portico/hydra-admin';
import { claimWords } from './claim-words.ts';
import type { Locale } from './locale.ts';
import type { Values } from './messages.ts';
import { readableName } from './readable-name.ts';
import { visibleValue } from './visible-text.ts';

/** A scope as the consent screen shows it. Without a title, its name is shown. */
export interface ScopeView {
  /** As it was asked for: the value of its box. */
  name: string;
  /** The name as it is shown. */
  label: string;
  /** Of its box: no other element of the page has it. */
  id: string;
  title?: string;
  /** HTML: what the app gets to know of the person, or else what the scope is good for. */
  about?: string;
  /** Comes with any other scope: it has a check mark in the place of a box. */
  isFixed: boolean;
  isChecked: boolean;
}

/** What a scope puts into the tokens. */
export interface OpenedClaims {
  id_token: Claims;
  access_token: Claims;
}

/** Whether there are words for a scope: `scope.<name>.title`. */
export function isDescribed(name: string, { t }: Locale): boolean {
  return has(t, `scope.${name}.title`);
}

/**
 * A scope with its words in a language. A described one shows the claims that it opens; where there
 * are none, `scope.<name>.none` says so, or `scope.<name>.text` what it is good for.
 * @param of `isOpening`: it opens claims, so that it can be shown without words of its own, by its
 *   name and their values
 */
export function scopeView(name: string, of: Opening & Box, locale: Locale): ScopeView {
  const { app, claims, isOpening = false, ...box } = of;
  const view = { name, label: visibleValue(name), ...box };
  const values = claims && valuesOf(claims, locale);
  if (!isDescribed(name, locale)) {
    if (!isOpening) return view;
    return { title: titleOf(name), about: values ?? locale.h('claim.none'), ...view };
  }
  const named = { app: app?.name ?? '' };
  const about = values ?? wordsOf(name, named, locale);
  return { title: locale.t(`scope.${name}.title`, named), ...view, ...(about && { about }) };
}

interface Opening {
  app: Named | undefined;
  claims: OpenedClaims | undefined;
  isOpening?: boolean;
}
interface Named {
  name: string;
}
type Box = Pick<ScopeView, 'id' | 'isFixed' | 'isChecked'>;

function titleOf(name: string): string {
  const words = readableName(name);
  const isAddress = words.includes(':');
  return isAddress ? words : words.charAt(0).toUpperCase() + words.slice(1);
}

/** Each value once, also where it goes into both tokens. */
function valuesOf(
  { id_token: idToken, access_token: accessToken }: OpenedClaims,
  locale: Locale,
): string | undefined {
  const others = Object.entries(accessToken).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(idToken[name]),
  );
  const parts = [idToken, Object.fromEntries(others)].map((claims) => claimWords(claims, locale));
  const html = parts.filter((part) => part !== undefined).map((part) => part.html);
  return html.length > 0 ? html.join(locale.h('claim.comma')) : undefined;
}

function wordsOf(name: string, named: Values, { t, h }: Locale): string | undefined {
  const key = [`scope.${name}.none`, `scope.${name}.text`].find((one) => has(t, one));
  return key && h(key, named);
}

function has(t: Locale['t'], key: string): boolean {
  return t(key) !== key;
}

/** The ids of other elements of the consent screen. */
const takenIds = ['answer', 'accept', 'reject', 'remember', 'notice', 'languages', 'change'];

/**
 * The ids of the boxes of scopes: their names, as other apps for the OAuth2 server have them, except
 * where a name cannot be an id, or is the id of something else.
 * @param names without repetitions
 */
export function scopeIds(names: readonly string[]): string[] {
  return names.map((name, index) => {
    const isFree = !takenIds.includes(name) && !/^(scope|about|list)-|\s/.test(name) && name !== '';
    return isFree ? name : `scope-${index}`;
  });
}
