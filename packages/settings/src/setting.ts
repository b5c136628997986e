/** One setting of a program, as its environment gives it. */
export interface Setting<T> {
  /** Ends the sentence "NAME must be …". */
  wants: string;
  /** Reads the text of the setting; `undefined` when the text is not valid. */
  read: (text: string) => T | undefined;
  /** The text that is read when the setting is missing. */
  fallback?: string;
  isRequired?: true;
  /** The value is never shown, and may come from the file that `NAME_FILE` names. */
  isSecret?: true;
  /** Other names under which other programs know the same setting. */
  alsoNamed?: readonly string[];
}

/** Settings by their names, in the order in which they are read. */
export type Settings = Record<string, Setting<unknown>>;

type Value<S> = S extends { read: (text: string) => (infer T) | undefined } ? T : never;
type More = Omit<Setting<unknown>, 'wants' | 'read'>;
type AlwaysThere = { fallback: string } | { isRequired: true };

/** The values of settings: only what has neither a fallback nor is required may be missing. */
export type ValuesOf<S extends Settings> = {
  [N in keyof S]: S[N] extends AlwaysThere ? Value<S[N]> : Value<S[N]> | undefined;
};

/**
 * Writes one setting as one row.
 * @param wants ends the sentence "NAME must be …"
 */
export function setting<T>(wants: string, read: Setting<T>['read']): Setting<T>;
export function setting<T, const M extends More>(
  wants: string,
  read: Setting<T>['read'],
  more: M,
): Setting<T> & M;
export function setting<T>(wants: string, read: Setting<T>['read'], more?: More): Setting<T> {
  return { wants, read, ...more };
}
