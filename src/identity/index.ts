import type { Identity, IdentityLog } from './backend.ts';
import { createFileIdentity, type UsersFileSettings } from './file.ts';
import { createPasswordChecker } from './password.ts';

/** Where people can live: a new backend is a file beside this one and a line here. */
const backends = {
  file: createFileIdentity,
};

export interface IdentitySettings extends UsersFileSettings {
  backend?: keyof typeof backends;
}

/**
 * The chosen backend, ready to be asked.
 * @throws the backend's own error when it cannot start: its message is for the operator
 */
export async function createIdentity(
  { backend = 'file', ...settings }: IdentitySettings,
  log: IdentityLog,
): Promise<Identity> {
  return backends[backend](settings, { log, passwords: createPasswordChecker() });
}
