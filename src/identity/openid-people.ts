import { LRUCache } from 'lru-cache';
import type { User } from './backend.ts';

/** The people who have signed in by a provider: tokens need their claims later, too. */
export interface OpenIdPeople {
  /** Keeps what the provider has said last. */
  keep(user: User): Promise<void>;
  find(subject: string): Promise<User | undefined>;
  ready(): Promise<boolean>;
}

const mostPeople = 10_000;

/** Without a database: after a restart, and on another instance, people sign in once more. */
export function createPeopleInMemory(): OpenIdPeople {
  const people = new LRUCache<string, User>({ max: mostPeople });
  return {
    async keep(user) {
      people.set(user.subject, user);
    },
    find: async (subject) => people.get(subject),
    ready: async () => true,
  };
}
