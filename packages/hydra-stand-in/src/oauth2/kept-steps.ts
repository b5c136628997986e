import { publicView } from './client.ts';
import { ExpiringMap } from './expiring-map.ts';
import { newId, type Flow } from './flow.ts';
import { fault } from './protocol-error.ts';
import type { Records } from './records.ts';
import type { StepOf, Steps } from './step-store.ts';

interface Kept {
  kind: keyof StepOf;
  verifier: string;
  step: Flow;
  answer?: Flow;
  isDone: boolean;
}

const lifetimeSeconds = 24 * 3600;

/**
 * Challenges and verifiers that are the ids of records, as up to 2.1: a login is answered once, a
 * consent until the browser has been back, and a verifier serves once.
 */
export function createKeptSteps({ records, now }: { records: Records; now: () => number }): Steps {
  const kept = new ExpiringMap<Kept>(now);

  const steps = {
    begin(kind: keyof StepOf, step: Flow): string {
      const challenge = newId();
      const isFirst = kind === 'login';
      const named = isFirst ? { ...step, loginChallenge: challenge } : step;
      kept.set(challenge, { kind, verifier: newId(), step: named, isDone: false }, lifetimeSeconds);
      return challenge;
    },

    read(kind: keyof StepOf, challenge: string): Flow | undefined {
      const found = kept.get(challenge);
      if (found?.kind !== kind) return undefined;
      const { step } = found;
      // A request goes with its client, and with the sign-in that it was to repeat.
      const client = records.clients.get(step.client.client_id);
      const isSessionGone = step.login.skip && !records.loginSessions.has(step.login.sessionId);
      return client && !isSessionGone ? { ...step, client: publicView(client) } : undefined;
    },

    answer(kind: keyof StepOf, challenge: string, answer: Flow): string {
      const found = kept.get(challenge);
      if (!found) throw fault('Not Found');
      if (kind === 'login' && found.answer) {
        throw fault(
          'Unable to insert or update resource because a resource with that value exists already',
        );
      }
      if (found.isDone) throw fault('Conflict');
      found.answer = answer;
      return found.verifier;
    },

    redeem(kind: keyof StepOf, verifier: string): Flow | undefined {
      const found = kept.find((one) => one.verifier === verifier && one.kind === kind);
      if (found?.isDone) throw fault('invalid_request', `The ${kind}_verifier was used before.`);
      if (found?.answer) found.isDone = true;
      return found?.answer;
    },

    isDone: (challenge: string): boolean => kept.get(challenge)?.isDone ?? false,
  };
  // Versions that keep records know no devices, so each step is a flow.
  return steps as Steps;
}
