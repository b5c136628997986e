import type { Attempt, Tokens } from './visits.ts';

/**
 * What just happened: one sentence for each step.
 * @param before the tokens of the last sign-in in this browser
 */
export function storyOf(attempt: Attempt, tokens: Tokens, before?: Tokens): string[] {
  return [
    'This app sent your browser to the OAuth2 server, with a state, a nonce and a PKCE challenge for this one sign-in.',
    loginStep(attempt, tokens, before),
    consentStep(attempt, tokens),
    'Your browser came back with a code, which is worthless by itself. This app exchanged it for tokens, with its secret and the PKCE verifier, without the browser.',
    ...(tokens.claims
      ? ['This app checked the signature, the issuer, the audience and the nonce of the ID token.']
      : []),
  ];
}

function loginStep(attempt: Attempt, { claims }: Tokens, before?: Tokens): string {
  const authTime = claims?.['auth_time'];
  if (typeof authTime !== 'number') return 'The server let Portico find out who you are.';
  // The times in tokens are whole seconds: within one second, compare with the tokens before.
  const isOld = authTime < Math.floor(attempt.startedAt / 1000);
  const isSame = ['auth_time', 'sid'].every((name) => claims?.[name] === before?.claims?.[name]);
  return isOld || isSame
    ? 'The server asked Portico who you are. You were remembered from an earlier sign-in, so no password was asked.'
    : 'The server asked Portico who you are, and Portico asked for your password.';
}

function consentStep(attempt: Attempt, { scopes }: Tokens): string {
  const missing = attempt.scopes.filter((scope) => !scopes.includes(scope));
  const granted = scopes.length > 0 ? scopes.join(', ') : 'nothing';
  const refused = missing.length > 0 ? ` It did not get: ${missing.join(', ')}.` : '';
  return `You allowed this app, now or earlier: ${granted}.${refused}`;
}
