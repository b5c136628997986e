import { fileText } from './kinds.ts';
import { isReadableByAll } from './readable-by-all.ts';
import type { Setting, Settings, ValuesOf } from './setting.ts';

export type Environment = Record<string, string | undefined>;

/** All faults of the settings. Each is a sentence that names the setting. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      ['These settings need another look:', ...faults.map((fault) => `  - ${fault}`)].join('\n'),
    );
    this.faults = faults;
  }
}

export interface ReadSettings<S extends Settings> {
  values: ValuesOf<S>;
  /** The files that secrets were read from, by the names of the settings. */
  files: { [N in keyof S]?: string };
  /** Sentences that name a setting which is correct but not safe. */
  warnings: string[];
}

/**
 * Reads all settings.
 * @param env the environment, such as `process.env`
 * @param furtherFaults finds faults that concern several settings; gets only valid values
 * @throws SettingsError with all faults
 */
export function readSettings<S extends Settings>(
  settings: S,
  env: Environment,
  furtherFaults: (values: Partial<ValuesOf<S>>) => string[] = () => [],
): ReadSettings<S> {
  const faults: string[] = [];
  const warnings: string[] = [];
  const values: Record<string, unknown> = {};
  const files: { [N in keyof S]?: string } = {};
  for (const [name, row] of Object.entries(settings)) {
    const found = find(name, row, env);
    if (found.file) files[name as keyof S] = found.file;
    const own = found.fault === undefined ? faultsOf(name, row, found.text) : [found.fault];
    faults.push(...own);
    if (own.length > 0) continue;
    if (found.text !== undefined) {
      values[name] = row.read(found.text);
      warnings.push(...warningsOf(name, row, found));
    }
  }
  faults.push(...furtherFaults(values as Partial<ValuesOf<S>>));
  if (faults.length > 0) throw new SettingsError(faults);
  return { values: values as ValuesOf<S>, files, warnings };
}

/**
 * The texts of the settings as they apply: given, from their file, or the fallback. Secrets are among
 * them, so this is not for showing.
 * @returns by name; a setting that has none is left out
 */
export function textsOf(settings: Settings, env: Environment): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, row] of Object.entries(settings)) {
    const { text } = find(name, row, env);
    if (text !== undefined) texts[name] = text;
  }
  return texts;
}

interface Found {
  text?: string | undefined;
  file?: string;
  fault?: string;
}

function find(name: string, row: Setting<unknown>, env: Environment): Found {
  const names = [name, ...(row.alsoNamed ?? [])];
  const given = names.map((one) => env[one]?.trim()).find(Boolean);
  if (given) return { text: given };
  const file = row.isSecret ? env[`${name}_FILE`]?.trim() : undefined;
  if (!file) return { text: row.fallback };
  const text = fileText(file)?.trim();
  if (text) return { text, file };
  return { fault: `${name}_FILE is "${file}", which cannot be read or is empty.` };
}

function warningsOf(name: string, row: Setting<unknown>, { text = '', file }: Found): string[] {
  const doubt = row.doubt?.(text);
  return [
    ...(doubt === undefined ? [] : [`${name} ${doubt}`]),
    ...(file && isReadableByAll(file)
      ? [`${name}_FILE is "${file}", which everybody on this machine can read: chmod o-r.`]
      : []),
  ];
}

function faultsOf(name: string, row: Setting<unknown>, text: string | undefined): string[] {
  if (text === undefined) {
    return row.isRequired ? [`${name} is not set. It must be ${row.wants}.`] : [];
  }
  const told = row.faults?.(text).map((fault) => `${name} ${fault}`) ?? [];
  if (told.length > 0 || row.read(text) !== undefined) return told;
  const shown = row.isSecret ? 'a value that is not shown' : `"${withoutPassword(text)}"`;
  return [`${name} is ${shown}. It must be ${row.wants}.`];
}

/**
 * What stands before the host of an address: up to the last `@`, and after `name:` also over signs that
 * should have been encoded. A port is no password.
 */
const userAndPassword = /\/\/(?:[^/?#\s":@]*:(?!\d+(?:[/?#]|$))[^\s"]*|[^/?#\s"]*)@/g;

/** A text in which no address has a user or a password. */
export function withoutPassword(given: string): string {
  return given.replace(userAndPassword, '//…@');
}
