import type { Locale } from './locale.ts';

/** A scope as the consent screen shows it; its name stands in for a missing title. */
export interface ScopeView {
  name: string;
  title?: string;
  text?: string;
  /** Cannot be left out: shown with a check mark in place of the box. */
  isLocked: boolean;
  isChecked: boolean;
}

/** A scope in the words of a language: `scope.<name>.title` and `scope.<name>.text`. */
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
  /** Shown as a count until the person opens it. */
  isFolded: boolean;
}

const mostUnfolded = 4;

/**
 * Puts new scopes before those that the person has allowed before. The latter fold when there are
 * many, unless nothing else is asked, or one of them is not ticked: nobody would see it.
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

/** The locale key of a remark on the past: there is none, or the app wants more than it had. */
export function leadOf(
  past: { hasConnected: boolean; scopes: readonly string[] },
  requested: readonly string[],
): 'consent.first' | 'consent.again' | undefined {
  if (!past.hasConnected) return 'consent.first';
  return requested.every((scope) => past.scopes.includes(scope)) ? undefined : 'consent.again';
}
