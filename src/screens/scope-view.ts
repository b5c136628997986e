import type { Locale } from './locale.ts';
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
  text?: string;
  /** Cannot be unticked: it has a check mark instead of a box. */
  isLocked: boolean;
  isChecked: boolean;
}

/** A scope with its words in a language: `scope.<name>.title` and `scope.<name>.text`. */
export function scopeView(
  name: string,
  { t }: Locale,
  box: Pick<ScopeView, 'id' | 'isLocked' | 'isChecked'>,
): ScopeView {
  const title = t(`scope.${name}.title`);
  const isKnown = title !== `scope.${name}.title`;
  const label = visibleValue(name);
  return { name, label, ...(isKnown && { title, text: t(`scope.${name}.text`) }), ...box };
}

/** The ids of other elements of the consent screen. */
const takenIds = ['answer', 'accept', 'reject', 'remember', 'about-remember', 'notice', 'before'];

/**
 * The ids of the boxes of scopes: their names, as other apps for the OAuth2 server have them, except
 * where a name cannot be an id, or is the id of something else.
 * @param names without repetitions
 */
export function scopeIds(names: readonly string[]): string[] {
  return names.map((name, index) => {
    const isFree = !takenIds.includes(name) && !/^(scope|about)-|\s/.test(name) && name !== '';
    return isFree ? name : `scope-${index}`;
  });
}

/** Scopes under one heading. */
export interface ScopeGroup {
  /** A locale key. */
  heading: 'consent.all' | 'consent.new' | 'consent.before';
  scopes: ScopeView[];
  /** Shows only the number of scopes until the person opens it. */
  isFolded: boolean;
}

const mostUnfolded = 4;

/**
 * Puts new scopes first, then those that the person has allowed before. The latter are folded if
 * there are many, but not if there are no others, or if one is not ticked: nobody would see that.
 * @param allowed names of the scopes that the person has allowed before
 */
export function scopeGroups(scopes: ScopeView[], allowed: readonly string[] = []): ScopeGroup[] {
  const known = scopes.filter(({ name }) => allowed.includes(name));
  const others = scopes.filter((scope) => !known.includes(scope));
  const isGranted = known.every(({ isLocked, isChecked }) => isLocked || isChecked);
  const isFolded = others.length > 0 && known.length > mostUnfolded && isGranted;
  const groups: ScopeGroup[] = [
    { heading: known.length > 0 ? 'consent.new' : 'consent.all', scopes: others, isFolded: false },
    { heading: 'consent.before', scopes: known, isFolded },
  ];
  return groups.filter((group) => group.scopes.length > 0);
}

/** The locale key of a sentence for an app that is new to the person, or that wants more than before. */
export function leadOf(
  past: { hasConnected: boolean; scopes: readonly string[] },
  requested: readonly string[],
): 'consent.first' | 'consent.again' | undefined {
  if (!past.hasConnected) return 'consent.first';
  return requested.every((scope) => past.scopes.includes(scope)) ? undefined : 'consent.again';
}
