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
