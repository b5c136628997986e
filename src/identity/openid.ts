import { setting, type ValuesOf } from '@portico/settings';
import type { Backend, BackendParts, Identity } from './backend.ts';
import { createPeopleInMemory, type OpenIdPeople } from './openid-people.ts';
import { providerFaults, providersWanted, readProviders } from './openid-providers.ts';
import { openIdWay } from './openid-way.ts';

const settings = {
  OPENID_PROVIDERS: setting(providersWanted, readProviders, {
    isRequired: true,
    isSecret: true,
    faults: providerFaults,
  }),
};

/** People who sign in at other OpenID providers, such as that of a company. */
export const openidBackend: Backend<typeof settings> = {
  settings,
  async create(values, parts) {
    return createOpenIdIdentity(values, await openStore(parts), parts);
  },
};

/** What needs a database is loaded here, so that who has none does not pay for it. */
async function openStore({ database, log }: BackendParts): Promise<OpenIdPeople> {
  if (!database) return createPeopleInMemory();
  const { createPeopleInDatabase } = await import('./openid-people-table.ts');
  return createPeopleInDatabase(database, log);
}

/** No provider is asked before somebody wants to sign in with it: one that is away stops nothing. */
function createOpenIdIdentity(
  { OPENID_PROVIDERS: providers }: ValuesOf<typeof settings>,
  people: OpenIdPeople,
  { log }: BackendParts,
): Identity {
  const dropped = new Set<string>();

  function warnOnce(provider: string, claim: string): void {
    const key = `${provider} ${claim}`;
    if (dropped.has(key)) return;
    dropped.add(key);
    log.warn({ provider, claim }, 'a provider gives a claim that cannot be used: it is left out');
  }

  return {
    verify: async () => ({ refused: 'wrong' }),
    find: (subject) => people.find(subject),
    ways: providers.map((provider) =>
      openIdWay(provider, { people, onDropped: (claim) => warnOnce(provider.id, claim) }),
    ),
    takesPasswords: false,
    hasUsernames: () => false,
    ready: () => people.ready(),
    async close() {},
  };
}
