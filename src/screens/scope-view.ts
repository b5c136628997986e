import type { Locale } from './locale.ts';

/** A scope as the consent screen shows it; without a title its name stands there. */
export interface ScopeView {
  name: string;
  title?: string;
  text?: string;
  /** Needed: a check mark stands in the place of the box. */
  isLocked: boolean;
  isChecked: boolean;
}

/** Puts the words of the language at hand to a scope (`scope.<name>.title` and `.text`). */
export function scopeView(
  name: string,
  { t }: Locale,
  box: Pick<ScopeView, 'isLocked' | 'isChecked'>,
): ScopeView {
  const title = t(`scope.${name}.title`);
  const isKnown = title !== `scope.${name}.title`;
  return { name, ...(isKnown && { title, text: t(`scope.${name}.text`) }), ...box };
}

/** Scopes under one heading. */
export interface ScopeGroup {
  /** Locale key. */
  heading: 'consent.all' | 'consent.new' | 'consent.before';
  scopes: ScopeView[];
  /** Shown as their number, until somebody opens it. */
  isFolded: boolean;
}

const mostUnfolded = 4;

/**
 * Puts new scopes before those that the person has allowed before. Many of the latter fold, but not
 * the whole question, and nothing that would be left out unseen.
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

/** What there is to say of the past: that there is none, or that the app wants more now. A locale key. */
export function leadOf(
  past: { hasConnected: boolean; scopes: readonly string[] },
  requested: readonly string[],
): 'consent.first' | 'consent.again' | undefined {
  if (!past.hasConnected) return 'consent.first';
  return requested.every((scope) => past.scopes.includes(scope)) ? undefined : 'consent.again';
}
