import { kind, setting, type Settings } from '@portico/settings';
import type { Backend, BackendParts, Identity, IdentityLog } from './backend.ts';
import { fileBackend } from './file.ts';
import { httpBackend } from './http.ts';
import { createPasswordChecker } from './password.ts';
import { waitForStore } from './wait-for-store.ts';

/** CHANGE HERE: the user stores. A new one is a file beside this one and a line here. */
const backends = {
  file: fileBackend,
  http: httpBackend,
} satisfies Record<string, Backend>;

export type BackendName = keyof typeof backends;

export const backendNames = Object.keys(backends) as BackendName[];

/** The setting `IDENTITY`, which chooses one. */
export const backendSetting = setting(backendNames.join(' or '), kind.oneOf(...backendNames), {
  fallback: 'file' satisfies BackendName,
});

/** The settings that a backend declares. */
export function settingsOfBackend(name: BackendName): Settings {
  return backends[name].settings;
}

export interface IdentityConfig {
  backend: BackendName;
  /** The values of the settings that the backend declares. */
  settings: Record<string, unknown>;
  /** See `BackendParts`. */
  secretFiles?: BackendParts['secretFiles'];
  /** See `BackendParts`. */
  mayHaveDemoUsers: boolean;
  /** How many passwords are checked at a time, and how many may wait for it. */
  passwordChecks: { atOnce: number; waiting: number };
}

/**
 * Opens the chosen backend, and waits as long as its user store is away.
 * @param credentialsChanged see `BackendParts`
 * @throws the backend's own error when it cannot start; its message is for the operator
 */
export async function createIdentity(
  { backend, settings, secretFiles = {}, mayHaveDemoUsers, passwordChecks }: IdentityConfig,
  log: IdentityLog,
  credentialsChanged: BackendParts['credentialsChanged'],
): Promise<Identity> {
  const chosen: Backend = backends[backend];
  const passwords = createPasswordChecker(passwordChecks);
  const parts = { log, passwords, mayHaveDemoUsers, credentialsChanged, secretFiles };
  return waitForStore(() => chosen.create(settings, parts), log);
}
