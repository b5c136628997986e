/** A backend as the app opens it, with what it wrote into the log. */
import { readSettings } from '@portico/settings';
import type { IdentityLog } from '../../src/identity/backend.ts';
import {
  createIdentity,
  faultsOfBackends,
  settingsOfBackends,
  type BackendName,
} from '../../src/identity/index.ts';

export type LogEntry = { details: object; message: string };

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
