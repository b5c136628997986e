import type { Attempt, Tokens } from './visits.ts';

/**
 * What just happened, step by step, one plain sentence each.
 * @param before what this browser had got the last time
 */
export function storyOf(attempt: Attempt, tokens: Tokens, before?: Tokens): string[] {
  return [
    'This app sent your browser to the OAuth2 server, with a state, a nonce and a PKCE challenge that were made for this one time.',
    loginStep(attempt, tokens, before),
    consentStep(attempt, tokens),
    'Your browser came back with a code. It is worth nothing by itself: this app changed it into tokens, with its secret and the PKCE verifier, behind the browser’s back.',
    ...(tokens.claims
      ? ['This app checked the signature, the issuer, the audience and the nonce of the ID token.']
      : []),
  ];
}

function loginStep(attempt: Attempt, { claims }: Tokens, before?: Tokens): string {
  const authTime = claims?.['auth_time'];
  if (typeof authTime !== 'number') return 'The server had Portico find out who you are.';
  // A token tells no more than seconds, so the one before has to tell quick people apart.
  const isOld = authTime < Math.floor(attempt.startedAt / 1000);
  const isSame = ['auth_time', 'sid'].every((name) => claims?.[name] === before?.claims?.[name]);
  return isOld || isSame
    ? 'The server asked Portico who you are. You were remembered from an earlier sign-in, so no password was asked.'
    : 'The server had Portico find out who you are, and Portico asked for your password.';
}

function consentStep(attempt: Attempt, { scopes }: Tokens): string {
  const missing = attempt.scopes.filter((scope) => !scopes.includes(scope));
  const granted = scopes.length > 0 ? scopes.join(', ') : 'nothing';
  const refused = missing.length > 0 ? ` It did not get: ${missing.join(', ')}.` : '';
  return `Portico settled what this app may have, now or from an answer you gave before: ${granted}.${refused}`;
}
