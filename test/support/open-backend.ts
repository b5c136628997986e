/** A backend as the app opens it, with what it wrote into the log. */
import { readSettings, type Settings } from '@portico/settings';
import type { Backend, IdentityLog } from '../../src/identity/backend.ts';
import {
  createIdentity,
  faultsOfBackends,
  settingsOfBackends,
  type BackendName,
} from '../../src/identity/index.ts';
import { createPasswordChecker } from '../../src/identity/password.ts';

export type LogEntry = { details: object; message: string };

/** What a backend says that cannot be opened, without waiting until it can. */
export async function faultOnOpening<S extends Settings>(
  backend: Backend<S>,
  env: Record<string, string>,
): Promise<unknown> {
  const { values } = readSettings(backend.settings, env);
  const log = { info() {}, warn() {}, error() {} };
  const parts = { log, passwords: createPasswordChecker(), mayHaveDemoUsers: false };
  const opening = backend.create(values, { ...parts, credentialsChanged() {} });
  return opening.then(
    (identity) => identity.close().then(() => 'no fault'),
    (error: unknown) => error,
  );
}

export async function openBackend(name: BackendName, env: Record<string, string>) {
  const lines: LogEntry[] = [];
  const write = (details: object, message: string) => void lines.push({ details, message });
  const log: IdentityLog = { info: write, warn: write, error: write };
  const { values, files } = readSettings(settingsOfBackends([name]), env, (known) =>
    faultsOfBackends([name], known),
  );
  const identity = await createIdentity(
    {
      backends: [name],
      settings: values,
      secretFiles: files,
      mayHaveDemoUsers: false,
      passwordChecks: { atOnce: 2, waiting: 256 },
    },
    log,
    () => {},
  );
  return { identity, lines };
}
