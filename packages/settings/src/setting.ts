/** One setting of a program. */
export interface Setting<T> {
  /** Completes the sentence "NAME must be …". */
  wants: string;
  /** Turns the text of the setting into its value; `undefined` if the text is wrong. */
  read: (text: string) => T | undefined;
  /** The text to use if the setting is missing or empty. */
  fallback?: string;
  isRequired?: true;
  /** The value is never shown, and may come from a file whose path is in `NAME_FILE`. */
  isSecret?: true;
  /**
   * What is wrong with a text, as sentences that begin after the name, such as `must be …`: for
   * settings in which much can be wrong. Asked in place of `wants`; without values if it is a secret.
   */
  faults?: (text: string) => string[];
  /** Why a correct text is still not a good one, as a sentence that begins after the name. */
  doubt?: (text: string) => string | undefined;
  /** Instances of one program may have different values: it is about this one alone. */
  mayDiffer?: true;
  /** Other names for the same setting. The first one that is set counts. */
  alsoNamed?: readonly string[];
}

/** Settings by name. */
export type Settings = Record<string, Setting<unknown>>;

type Value<S> = S extends { read: (text: string) => (infer T) | undefined } ? T : never;
type More = Omit<Setting<unknown>, 'wants' | 'read'>;
type AlwaysThere = { fallback: string } | { isRequired: true };

/** The values of settings. A value may be `undefined` unless it has a fallback or is required. */
export type ValuesOf<S extends Settings> = {
  [N in keyof S]: S[N] extends AlwaysThere ? Value<S[N]> : Value<S[N]> | undefined;
};

/**
 * Declares a setting.
 * @param wants completes the sentence "NAME must be …"
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
