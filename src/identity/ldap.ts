import { setTimeout as sleep } from 'node:timers/promises';
import { SettingsError } from '@portico/settings';
import {
  IdentityError,
  type Backend,
  type BackendParts,
  type Identity,
  type Refusal,
  type User,
} from './backend.ts';
import { loadLdapts, type Filter } from './ldap-client.ts';
import { createDirectory } from './ldap-directory.ts';
import type { LdapEntry } from './ldap-entry.ts';
import { fillFilter, hasLogin, loginComparisons, spellingsOf } from './ldap-filter.ts';
import { createGroups } from './ldap-groups.ts';
import { personAttributes, readPerson } from './ldap-person.ts';
import { outcomeOf } from './ldap-refusal.ts';
import { createLdapSecrets } from './ldap-secrets.ts';
import {
  attributeMapOf,
  ldapDoubts,
  ldapFaults,
  ldapSettings,
  serversOf,
  type LdapValues,
} from './ldap-settings.ts';
import { subjectOf, subjectValue } from './ldap-subject.ts';
import { foldLogin, isPossibleLogin } from './login-key.ts';
import { createPasswordQueue } from './password-queue.ts';
import { normalPassword } from './password.ts';
import { createUsualTime } from './usual-time.ts';

/** People in an LDAP directory, which checks the passwords: OpenLDAP, Active Directory and others. */
export const ldapBackend: Backend<typeof ldapSettings> = {
  settings: ldapSettings,
  faults: ldapFaults,
  create: createLdapIdentity,
};

/** So many passwords are tried at a time, each on a connection of its own; the others wait. */
const passwordsAtOnce = 16;
const passwordsWaiting = 256;
const readyWithinMs = 5_000;

/** @throws SettingsError when a file cannot be used; IdentityError `down` when the directory is away */
async function createLdapIdentity(
  values: LdapValues,
  { log, secretFiles = {} }: BackendParts,
): Promise<Identity> {
  for (const doubt of ldapDoubts(values)) log.warn({}, doubt);
  const secrets = openSecrets(values, secretFiles['LDAP_BIND_PASSWORD'], log);
  const ldapts = await loadLdapts();
  const directory = createDirectory({
    ldapts,
    servers: serversOf(values),
    accountDn: values.LDAP_BIND_DN,
    secrets,
    timeoutMs: values.LDAP_TIMEOUT_MS,
    log,
  });
  const { LDAP_BASE_DN: base, LDAP_FILTER: template, LDAP_SUBJECT: subjectAttribute } = values;
  const map = attributeMapOf(values);
  const groups = createGroups(ldapts, directory, values);
  const comparisons = loginComparisons(template);
  const attributes = [
    ...new Set([
      subjectAttribute,
      ...map.map(([attribute]) => attribute),
      ...comparisons.map(([attribute]) => attribute),
      ...(groups?.attributes ?? []),
      ...personAttributes,
    ]),
  ];
  const queue = createPasswordQueue({ atOnce: passwordsAtOnce, longest: passwordsWaiting });
  const refusedTimes = createUsualTime();
  const dropped = new Set<string>();

  function warnOnce(details: { claim?: string }, message: string): void {
    const key = `${message} ${details.claim}`;
    if (!dropped.has(key)) log.warn(details, message);
    dropped.add(key);
  }

  const search = (filter: Filter) => directory.search(base, { filter, attributes, sizeLimit: 2 });

  /** The one entry with this login. */
  async function entryFor(login: string): Promise<LdapEntry | undefined> {
    const filters = spellingsOf(login).map((spelling) =>
      fillFilter(ldapts, template, () => spelling),
    );
    const [entry, ...others] = await search(new ldapts.OrFilter({ filters }));
    if (others.length > 0)
      warnOnce({}, 'LDAP_FILTER finds several entries for one login: none counts');
    const isTheOne =
      entry &&
      others.length === 0 &&
      entry.dn !== '' &&
      hasLogin(entry, comparisons, foldLogin(login));
    return isTheOne ? entry : undefined;
  }

  async function prove(login: string, password: string): Promise<LdapEntry | Refusal> {
    const entry = await entryFor(login);
    // A name that nobody has: the directory is asked as it is for somebody.
    const dn = entry?.dn ?? `cn=portico-nobody,${base}`;
    const { judged, tookMs } = await directory.tryPassword({ dn, password }, (answer) => {
      if (entry) return outcomeOf(answer, entry);
      return answer.code === 51 || answer.code === 52 ? undefined : 'wrong';
    });
    if (judged === 'proven' && entry) return entry;
    // Most directories refuse an unknown name without the work that a password hash takes.
    if (!entry) await sleep(Math.max(0, refusedTimes.one() - tookMs));
    else if (judged === 'wrong') refusedTimes.note(tookMs);
    return judged === 'proven' ? 'wrong' : judged;
  }

  async function personOf(entry: LdapEntry): Promise<User> {
    const subject = subjectOf(entry, subjectAttribute);
    if (subject === undefined) {
      const fault = `an entry has no usable ${subjectAttribute}, or LDAP_BIND_DN may not read it`;
      throw new IdentityError('down', fault);
    }
    return readPerson(subject, entry, {
      map,
      groups: await groups?.namesFor(entry),
      onDropped: (claim) =>
        warnOnce({ claim }, 'the directory gives a claim of a wrong type: it is left out'),
      nowMs: Date.now(),
    });
  }

  async function check(): Promise<void> {
    await directory.search(base, { scope: 'base', attributes: ['1.1'] });
  }

  await check().catch((error: unknown) => {
    directory.close();
    throw error;
  });

  return {
    async verify(login, password, { turn }) {
      // Many directories take an empty password for no question at all (RFC 4513, 5.1.2), and none
      // has a NUL in one.
      const isPossible = isPossibleLogin(foldLogin(login)) && /^[^\0]+$/.test(password);
      if (!isPossible) return { refused: 'wrong' };
      await queue.take(turn);
      try {
        // In one spelling, as RFC 4511, 4.2 advises, and only once: directories count wrong passwords.
        const proven = await prove(login, normalPassword(password));
        if (typeof proven === 'string') return { refused: proven };
        const user = await personOf(proven);
        return user.disabled ? { refused: 'disabled' } : { user };
      } finally {
        queue.pass();
      }
    },
    async find(subject) {
      const value = subjectValue(subject, subjectAttribute);
      if (value === undefined) return undefined;
      const bySubject = new ldapts.EqualityFilter({ attribute: subjectAttribute, value });
      const mayComeIn = fillFilter(ldapts, template, () => undefined);
      const found = await search(new ldapts.AndFilter({ filters: [bySubject, mayComeIn] }));
      const [entry, ...others] = found.filter(
        (one) => subjectOf(one, subjectAttribute) === subject,
      );
      if (others.length > 0) {
        throw new IdentityError('down', `several entries have the same ${subjectAttribute}`);
      }
      return entry && personOf(entry);
    },
    async ready() {
      const late = sleep(readyWithinMs, false, { ref: false });
      return Promise.race([
        check().then(
          () => true,
          () => false,
        ),
        late,
      ]);
    },
    hasUsernames: () =>
      comparisons.some(([name]) => !/mail|^userPrincipalName$|^proxyAddresses$/i.test(name)),
    async close() {
      directory.close();
    },
  };
}

function openSecrets(
  values: LdapValues,
  passwordFile: string | undefined,
  log: BackendParts['log'],
) {
  const { LDAP_BIND_PASSWORD: password, LDAP_CA_FILE: caFile } = values;
  try {
    return createLdapSecrets({ password, passwordFile, caFile }, log);
  } catch (error) {
    throw new SettingsError([error instanceof Error ? error.message : String(error)]);
  }
}
