import { scopesInWords } from './scopes.ts';
import type { Attempt, Tokens } from './visits.ts';

export interface Step {
  title: string;
  text: string;
}

/** What this app knew before a sign-in. */
export interface Past {
  /** The tokens of the last sign-in in this browser. */
  tokens?: Tokens | undefined;
  /** Whether the server may remember what the person allowed at an earlier time. */
  mayHaveShared: boolean;
}

/** What just happened, in four steps. */
export function storyOf(attempt: Attempt, tokens: Tokens, past: Past): Step[] {
  return [
    {
      title: 'The app asked',
      text: 'It sent your browser to the server with a state, a nonce and a PKCE challenge.',
    },
    loginStep(attempt, tokens, past.tokens),
    consentStep(attempt, tokens, past.mayHaveShared),
    {
      title: 'The app got a code',
      text: tokens.claims
        ? 'It changed it into tokens, behind the browser’s back, and checked them.'
        : 'It changed it into tokens, behind the browser’s back.',
    },
  ];
}

function loginStep(attempt: Attempt, { claims }: Tokens, before: Tokens | undefined): Step {
  const title = 'Portico signed you in';
  const authTime = claims?.['auth_time'];
  if (typeof authTime !== 'number') {
    return { title, text: 'The server had it find out who you are.' };
  }
  // The times in tokens are whole seconds: within one second, compare with the tokens before.
  const isOld = authTime < Math.floor(attempt.startedAt / 1000);
  const isSame = ['auth_time', 'sid'].every((name) => claims?.[name] === before?.claims?.[name]);
  return isOld || isSame
    ? {
        title: 'You were signed in already',
        text: 'The server remembered you, so no password was asked.',
      }
    : { title, text: 'The server had it find out who you are. It asked for your password.' };
}

function consentStep(attempt: Attempt, { scopes }: Tokens, mayHaveShared: boolean): Step {
  const missing = scopesInWords(attempt.scopes.filter((scope) => !scopes.includes(scope)));
  const shared = scopesInWords(scopes.filter((scope) => scope !== 'offline_access'));
  const nothingElse = scopes.includes('openid') ? 'who you are' : 'nothing';
  const rest = [
    ...(scopes.includes('offline_access') ? [' It may stay connected.'] : []),
    ...(missing === undefined ? [] : [` You left off ${missing}.`]),
  ].join('');
  const sentence = `you shared ${shared ?? nothingElse}.${rest}`;
  // No app is told whether a person was asked this time or had allowed it before.
  return mayHaveShared
    ? { title: 'You said what to share', text: `Now or earlier, ${sentence}` }
    : { title: 'Portico asked you to share', text: sentence.replace('y', 'Y') };
}
