import { setting, type Environment, type Settings } from '@portico/settings';
import type { Backend, BackendParts, Identity, IdentityLog } from './backend.ts';
import { fileBackend } from './file.ts';
import { httpBackend } from './http.ts';
import { ldapBackend } from './ldap.ts';
import { openidBackend } from './openid.ts';
import { sqlBackend } from './sql.ts';
import { createPasswordChecker } from './password.ts';
import { joinStores, type NamedStore } from './several.ts';
import { waitForStore } from './wait-for-store.ts';
import type { Watch } from '../watch.ts';

/** CHANGE HERE: the user stores. A new one is a file beside this one and a line here. */
const backends = {
  file: fileBackend,
  sql: sqlBackend,
  http: httpBackend,
  ldap: ldapBackend,
  openid: openidBackend,
} satisfies Record<string, Backend>;

export type BackendName = keyof typeof backends;

export const backendNames = Object.keys(backends) as BackendName[];

/** The setting `IDENTITY`: which of them, in the order in which they are asked. */
export const backendSetting = setting(
  `one or more of ${backendNames.join(', ')}, each once, separated by commas`,
  (given) => {
    const names = given.split(',').map((name) => name.trim());
    const isChoice = names.every(isBackendName) && new Set(names).size === names.length;
    return isChoice ? names : undefined;
  },
);

function isBackendName(name: string): name is BackendName {
  return Object.hasOwn(backends, name);
}

/** Without `IDENTITY`, the first of these whose setting is there: its name, or that of its file. */
const usual = [
  ['file', /^USERS_FILE$/],
  ['sql', /^DATABASE_URL(_FILE)?$/],
] as const;

/**
 * The backends that an environment chooses: by `IDENTITY`, or else `file` where there is a
 * `USERS_FILE`, or `sql` where there is a `DATABASE_URL`.
 * @returns none when `IDENTITY` is wrong
 */
export function chosenBackends(env: Environment): BackendName[] {
  const given = env['IDENTITY']?.trim();
  if (given) return backendSetting.read(given) ?? [];
  const isSet = (name: RegExp) =>
    Object.keys(env).some((one) => name.test(one) && env[one]?.trim());
  const found = usual.find(([, settingName]) => isSet(settingName));
  return [found?.[0] ?? 'file'];
}

/** The settings that backends declare. */
export function settingsOfBackends(names: readonly BackendName[]): Settings {
  return Object.assign({}, ...names.map((name) => backends[name].settings));
}

/** What is wrong with the settings of these backends together, see `Backend.faults`. */
export function faultsOfBackends(
  names: readonly BackendName[],
  values: Readonly<Record<string, unknown>>,
): string[] {
  return names.flatMap((name) => {
    const backend: Backend = backends[name];
    return backend.faults?.(ownOf(values, name)) ?? [];
  });
}

export interface IdentityConfig {
  /** In the order in which they are asked. */
  backends: readonly BackendName[];
  /** The values of the settings that they declare. */
  settings: Record<string, unknown>;
  /** See `BackendParts`. */
  secretFiles?: BackendParts['secretFiles'];
  /** See `BackendParts`. */
  mayHaveDemoUsers: boolean;
  /** How many passwords are checked at a time, and how many may wait for it. */
  passwordChecks: { atOnce: number; waiting: number };
  /** See `BackendParts`. */
  database?: BackendParts['database'];
  /** See `BackendParts`. */
  endSignIns?: BackendParts['endSignIns'];
  /** What watches the stores at work, if anything does. */
  watch?: Pick<Watch, 'passwords' | 'store'> | undefined;
  /** See `BackendParts`. */
  outward?: BackendParts['outward'];
  /** Puts spans around what a store is asked. */
  withSpans?: (store: string, identity: Identity) => Identity;
}

/**
 * Opens the chosen backends, and waits as long as a user store is away.
 * @param credentialsChanged see `BackendParts`
 * @throws a backend's own error when it cannot start; its message is for the operator. Those that
 *   are open are closed then
 */
export async function createIdentity(
  config: IdentityConfig,
  log: IdentityLog,
  credentialsChanged: BackendParts['credentialsChanged'],
): Promise<Identity> {
  const passwords = createPasswordChecker({
    ...config.passwordChecks,
    watch: config.watch?.passwords,
    span: config.outward?.span,
  });
  const opened: NamedStore[] = [];
  try {
    for (const name of config.backends) {
      const { mayHaveDemoUsers, database, endSignIns, outward, withSpans } = config;
      const settings = ownOf(config.settings, name);
      const secretFiles = ownOf(config.secretFiles ?? {}, name);
      const ownLog = config.backends.length > 1 ? logOf(log, name) : log;
      const changes = { credentialsChanged, endSignIns };
      const shared = { passwords, mayHaveDemoUsers, database, outward, ...changes };
      const parts = { ...shared, log: ownLog, secretFiles };
      const backend: Backend = backends[name];
      // oxlint-disable-next-line no-await-in-loop -- the log says which one is waited for
      const store = await waitForStore(() => backend.create(settings, parts), ownLog);
      const measured = config.watch?.store(name, store) ?? store;
      opened.push({ name, identity: withSpans?.(name, measured) ?? measured });
    }
    const [first] = opened;
    return first && opened.length === 1 ? first.identity : joinStores(opened, log);
  } catch (error) {
    await Promise.allSettled(opened.map(({ identity }) => identity.close()));
    throw error;
  }
}

/** What a backend gets: what belongs to its own settings, and nothing of the others. */
function ownOf<T>(all: Readonly<Record<string, T>>, name: BackendName): Record<string, T> {
  const { settings } = backends[name];
  return Object.fromEntries(Object.entries(all).filter(([one]) => Object.hasOwn(settings, one)));
}

/** A log whose lines name the store. */
function logOf(log: IdentityLog, store: string): IdentityLog {
  return {
    info: (details, message) => log.info({ store, ...details }, message),
    warn: (details, message) => log.warn({ store, ...details }, message),
    error: (details, message) => log.error({ store, ...details }, message),
  };
}
