/** Several user stores as one: people of all of them sign in on the one screen. */
import { SettingsError } from '@portico/settings';
import {
  IdentityError,
  type Identity,
  type IdentityLog,
  type SigningOut,
  type User,
  type Verification,
  type Way,
} from './backend.ts';

/** An open user store, with the name that `IDENTITY` has for it. */
export interface NamedStore {
  name: string;
  identity: Identity;
}

/**
 * Asks the stores in their order. The first that knows a password, or a subject, decides:
 * - A login or password that is wrong in one store is asked of the next. A person who is refused for
 *   another reason is asked nowhere else.
 * - While a store cannot be asked, those after it are not asked either: they might have somebody else
 *   by the same login or subject.
 * - A subject that an earlier store knows is never given out for somebody of a later one: that is a
 *   fault of the stores, and nobody's wrong password.
 * @param stores the first is asked first
 * @throws SettingsError when two of them have a way to sign in by the same id
 */
export function joinStores(stores: readonly NamedStore[], log: IdentityLog): Identity {
  const all = stores.map(({ identity }) => identity);
  const ways = stores.flatMap(waysOf);
  refuseSameIds(ways);

  /** @throws IdentityError `down` when an earlier store knows the subject too, or cannot be asked */
  async function onlyHere(user: User, { name }: NamedStore): Promise<User> {
    const { subject } = user;
    for (const earlier of stores.slice(
      0,
      stores.findIndex((one) => one.name === name),
    )) {
      // oxlint-disable-next-line no-await-in-loop -- in their order
      if (!(await earlier.identity.find(subject))) continue;
      log.error({ subject, stores: [earlier.name, name] }, 'two user stores have this subject');
      throw new IdentityError(
        'down',
        `${earlier.name} and ${name} have one subject for two people`,
      );
    }
    return user;
  }

  function waysOf(store: NamedStore): Way[] {
    return (store.identity.ways ?? []).map((way) => ({
      id: way.id,
      name: way.name,
      ...(way.icon !== undefined && { icon: way.icon }),
      begin: (wish) => way.begin(wish),
      async finish(address, departed) {
        const arrival = await way.finish(address, departed);
        if ('user' in arrival) await onlyHere(arrival.user, store);
        return arrival;
      },
      ...(way.signOut && { signOut: (leaving: SigningOut) => way.signOut!(leaving) }),
    }));
  }

  return {
    async verify(login, password, origin): Promise<Verification> {
      for (const store of stores) {
        if (store.identity.takesPasswords === false) continue;
        // oxlint-disable-next-line no-await-in-loop -- in their order
        const found = await store.identity.verify(login, password, origin);
        if ('user' in found) return { user: await onlyHere(found.user, store) };
        if (found.refused !== 'wrong') return found;
      }
      return { refused: 'wrong' };
    },
    async find(subject) {
      for (const identity of all) {
        // oxlint-disable-next-line no-await-in-loop -- in their order
        const user = await identity.find(subject);
        if (user) return user;
      }
      return undefined;
    },
    ways,
    takesPasswords: all.some((identity) => identity.takesPasswords !== false),
    hasUsernames: () =>
      all.some((identity) => identity.takesPasswords !== false && identity.hasUsernames()),
    async ready() {
      const answers = await Promise.all(all.map((identity) => identity.ready()));
      return answers.every(Boolean);
    },
    async close() {
      const ends = await Promise.allSettled(all.map(async (identity) => identity.close()));
      const faults = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason);
      if (faults.length > 0) throw new AggregateError(faults, 'a user store did not close');
    },
  };
}

function refuseSameIds(ways: readonly Way[]): void {
  const ids = ways.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  const faults = [...new Set(twice)].map((id) => `Two ways to sign in have the id "${id}".`);
  if (faults.length > 0) throw new SettingsError(faults);
}
