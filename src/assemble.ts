import type { Config } from './config.ts';
import { createHydra, type Hydra } from '@portico/hydra-admin';
import { createIdentity } from './identity/index.ts';
import type { Identity } from './identity/backend.ts';
import { adminCallLog, createLog, type Log } from './web/log.ts';

/** What the app is made of, beside its screens. */
export interface Parts {
  config: Config;
  log: Log;
  hydra: Hydra;
  identity: Identity;
}

/**
 * Builds the parts once. Nothing here waits for the OAuth2 server: it may start later than we do.
 * @throws when the people cannot be read; the message is for the operator
 */
export async function assemble(config: Config, log = createLog(config.log.level)): Promise<Parts> {
  const identity = await createIdentity(config.identity, log);
  const hydra = createHydra(config.hydra, adminCallLog(log), (text) => log.warn(text));
  return { config, log, hydra, identity };
}
