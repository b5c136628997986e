/** The home of the state in the memory of this process, which no other instance sees. */
import { createFairCache } from './fair-cache.ts';
import { sessionIdleMs, type AnswerRows, type SessionRows, type State } from './state.ts';

/** About 20,000 sessions of the usual size. */
const bytesForSessions = 8 * 1024 * 1024;
const sessionBytes = 200;

export function createMemoryState(): State {
  return {
    answers: noAnswerRows,
    sessions: createSessionRows(),
    counts: undefined,
    ready: async () => true,
    close: async () => {},
  };
}

/** `challenge/answers.ts` keeps all that this process knows, so there is nothing to add. */
const noAnswerRows: AnswerRows = {
  find: async () => undefined,
  claim: async () => ({ save: async () => {}, release: async () => {} }),
  takeOver: async () => undefined,
};

/**
 * A limited number of sessions. When there is no room, the person with the most sessions loses the
 * oldest one.
 */
function createSessionRows(): SessionRows {
  const sessions = createFairCache<{ person: string; text: string }>({
    maxSize: bytesForSessions,
    sizeOf: ({ text }) => sessionBytes + text.length,
    ttlMs: sessionIdleMs,
  });

  return {
    async read(key) {
      const session = sessions.get(key);
      if (session) sessions.set(key, session.person, session);
      return session?.text;
    },
    write: async (key, person, text) => sessions.set(key, person, { person, text }),
    remove: async (key) => sessions.delete(key),
  };
}
