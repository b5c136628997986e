/**
 * The English words of the project. Tests name their keys, so that a fork may write other words in
 * `views/locales/en.json` and turn no test red.
 */
import { settingsFor } from '../../src/config.ts';
import { folders } from '../../src/folders.ts';
import { loadLocales } from '../../src/screens/locale.ts';

type Values = Record<string, string | number>;

const english = loadLocales(folders.locales).fallback;

/** The name of the house where BRAND_NAME is not set. */
export const house = settingsFor({}).BRAND_NAME.fallback;

/**
 * The words of a key as a person reads them: blanks are made single, as a browser shows them.
 * @param values for the `{names}` in them; `{house}` is known
 * @throws when there are no words for the key
 */
export function words(key: string, values: Values = {}): string {
  const text = english.t(key, { house, ...values });
  if (text === key) throw new Error(`views/locales/en.json has no words for "${key}".`);
  return text.replace(/\s+/g, ' ').trim();
}

/** What stands in the title bar of the browser: the title of a page, with the name of the house. */
export function titleBar(title: string, { isError = false } = {}): string {
  return words('page.title', { title: isError ? words('page.error', { title }) : title });
}
