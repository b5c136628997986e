import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsError } from '@portico/settings';
import type { Backend, BackendParts, Identity, Verification } from './backend.ts';
import { loadLdapts } from './ldap-client.ts';
import { createDirectory } from './ldap-directory.ts';
import { createPeople } from './ldap-people.ts';
import { createProof } from './ldap-proof.ts';
import { createLdapSecrets } from './ldap-secrets.ts';
import {
  ldapDoubts,
  ldapFaults,
  ldapSettings,
  serversOf,
  type LdapValues,
} from './ldap-settings.ts';
import { writesSignIns } from './ldap-traces.ts';
import { foldLogin, isPossibleLogin } from './login-key.ts';
import { createPasswordQueue } from './password-queue.ts';
import { normalPassword } from './password.ts';

/** People in an LDAP directory, which checks the passwords: OpenLDAP, Active Directory and others. */
export const ldapBackend: Backend<typeof ldapSettings> = {
  settings: ldapSettings,
  faults: ldapFaults,
  create: createLdapIdentity,
};

/** So many passwords are tried at a time, each on a connection of its own; others wait. */
const passwords = { atOnce: 16, longest: 256 };
const readyWithinMs = 5_000;

/** @throws SettingsError when a file cannot be used; IdentityError `down` when the directory is away */
async function createLdapIdentity(values: LdapValues, parts: BackendParts): Promise<Identity> {
  for (const doubt of ldapDoubts(values)) parts.log.warn({}, doubt);
  const secrets = openSecrets(values, parts);
  const { LDAP_BASE_DN: base, LDAP_BIND_DN: accountDn, LDAP_TIMEOUT_MS: timeoutMs } = values;
  const ldapts = await loadLdapts();
  const servers = serversOf(values);
  const { log } = parts;
  const directory = createDirectory({ ldapts, servers, accountDn, secrets, timeoutMs, log });
  const ask = () => directory.search(base, { scope: 'base', attributes: ['1.1'] });
  const begin = async () => {
    const isSo = await writesSignIns(directory, accountDn);
    await ask(); // last, because that takes a directory that is away for one that says nothing
    return isSo;
  };
  const mayChangeByTries = await begin().catch((error: unknown) => {
    directory.close();
    throw error;
  });
  const people = createPeople(values, { ldapts, directory, log, mayChangeByTries });
  const prove = createProof(directory, base);
  const queue = createPasswordQueue(passwords);

  async function check(login: string, password: string): Promise<Verification> {
    const entry = await people.byLogin(login);
    const outcome = await prove(entry, password);
    if (outcome !== 'proven') return { refused: outcome };
    const now = entry && (await people.again(entry));
    if (!now) return { refused: 'wrong' };
    const user = await people.personOf(now);
    return user.disabled ? { refused: 'disabled' } : { user };
  }

  return {
    async verify(login, password, { turn }) {
      // Many directories take an empty password for no question at all (RFC 4513, 5.1.2), and no
      // password has a NUL in it.
      const isPossible = isPossibleLogin(foldLogin(login)) && /^[^\0]+$/.test(password);
      if (!isPossible) return { refused: 'wrong' };
      await queue.take(turn);
      try {
        // In one spelling, as RFC 4511, 4.2 advises, and only once: directories count wrong passwords.
        return await check(login, normalPassword(password));
      } finally {
        queue.pass();
      }
    },
    async find(subject) {
      const entry = await people.bySubject(subject);
      return entry && people.personOf(entry);
    },
    async ready() {
      const isThere = ask().then(
        () => true,
        () => false,
      );
      return Promise.race([isThere, sleep(readyWithinMs, false, { ref: false })]);
    },
    hasUsernames: () => people.hasUsernames,
    async close() {
      directory.close();
    },
  };
}

function openSecrets(values: LdapValues, { log, secretFiles = {} }: BackendParts) {
  const { LDAP_BIND_PASSWORD: password, LDAP_CA_FILE: caFile } = values;
  const passwordFile = secretFiles['LDAP_BIND_PASSWORD'];
  try {
    return createLdapSecrets({ password, passwordFile, caFile }, log);
  } catch (error) {
    throw new SettingsError([error instanceof Error ? error.message : String(error)]);
  }
}
