/** A user store that goes away and comes back, in the place of one that a test cannot pull the plug of. */
import type { Parts } from '../../src/assemble.ts';
import { IdentityError, type Identity } from '../../src/identity/backend.ts';

type Question = 'verify' | 'find' | 'ready';

/** @returns `change` is for `startApp`; to `goAway` without a question leaves all unanswered */
export function createStoreSwitch() {
  let unanswered: readonly Question[] = [];
  const down = () => new IdentityError('down', 'the people of the tests are away');

  return {
    goAway(...questions: Question[]): void {
      unanswered = questions.length > 0 ? questions : ['verify', 'find', 'ready'];
    },
    comeBack(): void {
      unanswered = [];
    },
    /** Changes the object itself: other parts of an app hold it already. */
    over(identity: Identity): Identity {
      const usual = { ...identity };
      return Object.assign(identity, {
        async verify(...asked: Parameters<typeof usual.verify>) {
          if (unanswered.includes('verify')) throw down();
          return usual.verify(...asked);
        },
        async find(subject: string) {
          if (unanswered.includes('find')) throw down();
          return usual.find(subject);
        },
        ready: async () => !unanswered.includes('ready'),
      });
    },
    change(parts: Parts): Parts {
      return { ...parts, identity: this.over(parts.identity) };
    },
  };
}
