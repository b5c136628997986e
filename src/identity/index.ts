import { kind, setting, type Settings } from '@portico/settings';
import type { Backend, Identity, IdentityLog } from './backend.ts';
import { fileBackend } from './file.ts';
import { createPasswordChecker } from './password.ts';

/** Where people can live: a new backend is a file beside this one and a line here. */
const backends = {
  file: fileBackend,
} satisfies Record<string, Backend>;

export type BackendName = keyof typeof backends;

const names = Object.keys(backends) as BackendName[];

/** The setting that chooses one. */
export const backendSetting = setting(names.join(' or '), kind.oneOf(...names), {
  fallback: 'file' satisfies BackendName,
});

/** The settings that a backend brings along. */
export function settingsOfBackend(name: BackendName): Settings {
  return backends[name].settings;
}

export interface IdentityConfig {
  backend: BackendName;
  /** The values of the backend's own settings. */
  settings: Record<string, unknown>;
  /** Whether people with `"demo": true`, whose passwords are public, may exist. */
  mayHaveDemoUsers: boolean;
}

/**
 * The chosen backend, ready to be asked.
 * @throws the backend's own error when it cannot start: its message is for the operator
 */
export async function createIdentity(
  { backend, settings, mayHaveDemoUsers }: IdentityConfig,
  log: IdentityLog,
): Promise<Identity> {
  const chosen: Backend = backends[backend];
  return chosen.create(settings, { log, passwords: createPasswordChecker(), mayHaveDemoUsers });
}
