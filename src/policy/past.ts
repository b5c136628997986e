/** What a person has answered an app before, from the list of consents that the OAuth2 server keeps. */
import type { ConsentRequest, ConsentSession } from '@portico/hydra-admin';

export interface Past {
  /** Whether the person has allowed this app anything, even if it was nothing but the sign-in. */
  hasConnected: boolean;
  /** Of the scopes that it asks for now: those that were granted when it asked for them last. */
  allowed: string[];
  /** Those that were not granted then. */
  leftOff: string[];
  /** Of the audiences that it asks for now: those that were granted. */
  audiences: string[];
}

/**
 * Reads what the person has answered this app before. The latest answer on a scope counts; of several
 * in the same second, the list does not say which was the latest, so a no among them does.
 * @param consents all that the server keeps of the person, in its order
 */
export function pastOf(request: ConsentRequest, consents: readonly ConsentSession[]): Past {
  const given = consents.filter(
    // 1.x may list the very consent that is being answered: it is not an earlier one.
    ({ consent_request: { client, challenge } }) =>
      client.client_id === request.client.client_id && challenge !== request.challenge,
  );
  const asked = new Set(request.requested_scope);
  const answers = new Map<string, 'allowed' | 'left_off'>();
  for (const moment of byMoment(given)) {
    const refused = new Set(moment.flatMap(refusedIn));
    const granted = moment.flatMap(({ grant_scope: scopes }) => scopes);
    for (const scope of [...granted, ...refused]) {
      if (!asked.has(scope) || answers.has(scope)) continue;
      answers.set(scope, refused.has(scope) ? 'left_off' : 'allowed');
    }
  }
  const scopesWith = (answer: string) =>
    [...answers].filter(([, one]) => one === answer).map(([scope]) => scope);
  const called = new Set(given.flatMap((one) => one.grant_access_token_audience));
  return {
    hasConnected: given.length > 0,
    allowed: scopesWith('allowed'),
    leftOff: scopesWith('left_off'),
    audiences: request.requested_access_token_audience.filter((one) => called.has(one)),
  };
}

/** By a set: some apps ask for hundreds of scopes, hundreds of times. */
function refusedIn({ grant_scope: granted, consent_request: asked }: ConsentSession): string[] {
  const allowed = new Set(granted);
  return asked.requested_scope.filter((scope) => !allowed.has(scope));
}

/**
 * The latest first. Servers up to 2.3 list the newest first, later ones in no order; those before 1.3
 * tell no times.
 */
function byMoment(consents: ConsentSession[]): ConsentSession[][] {
  const timeOf = ({ handled_at: time }: ConsentSession) => Date.parse(time ?? '');
  if (consents.some((one) => Number.isNaN(timeOf(one)))) return consents.map((one) => [one]);
  const moments = new Map<number, ConsentSession[]>();
  for (const one of consents) {
    const second = Math.floor(timeOf(one) / 1_000);
    const moment = moments.get(second);
    if (moment) moment.push(one);
    else moments.set(second, [one]);
  }
  return [...moments].toSorted(([a], [b]) => b - a).map(([, moment]) => moment);
}
