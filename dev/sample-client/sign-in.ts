import { Router, type Request, type Response } from 'express';
import * as openid from 'openid-client';
import { faultOf, printable, readFault, type Fault } from './faults.ts';
import { forbiddenScope, fortyScopes, moreScopes, usualScopes } from './scopes.ts';
import type { AppParts } from './app-parts.ts';
import { storyOf } from './story.ts';
import type { Attempt, Tokens, Visit } from './visits.ts';

interface Way {
  scope: string;
  prompt?: string;
}

const plain: Way = { scope: usualScopes };

/** The ways to sign in that the first page offers. */
const ways = new Map<string, Way>([
  ['plain', plain],
  ['more', { scope: `${usualScopes} ${moreScopes}` }],
  ['again', { scope: usualScopes, prompt: 'login' }],
  ['silent', { scope: usualScopes, prompt: 'none' }],
  ['forty', { scope: fortyScopes }],
  ['forbidden', { scope: `${usualScopes} ${forbiddenScope}` }],
]);

const mostNamed = 8;

/** Signs in by the authorization code flow (OpenID Connect Core 3.1) with PKCE (RFC 7636). */
export function signInRoutes(app: AppParts): Router {
  const { parties, visits, url, show } = app;
  const tell = (what: string) => app.tell(app.appName, what);

  async function begin(req: Request, res: Response): Promise<void> {
    const way = ways.get(String(req.params['way'])) ?? plain;
    const { web } = await parties();
    const state = openid.randomState();
    const attempt: Attempt = {
      codeVerifier: openid.randomPKCECodeVerifier(),
      nonce: openid.randomNonce(),
      scopes: way.scope.split(' '),
      startedAt: Date.now(),
    };
    visits.addAttempt(visits.findOrBegin(req, res), state, attempt);
    const target = openid.buildAuthorizationUrl(web, {
      ...way,
      state,
      nonce: attempt.nonce,
      redirect_uri: `${url}/callback`,
      code_challenge: await openid.calculatePKCECodeChallenge(attempt.codeVerifier),
      code_challenge_method: 'S256',
    });
    tell(`${req.path} → sends the browser to the OAuth2 server, asks for ${inShort(way)}`);
    res.redirect(303, target.href);
  }

  async function finish(req: Request, res: Response): Promise<void> {
    const answer = new URL(req.originalUrl, url);
    const state = answer.searchParams.get('state') ?? '';
    const visit = visits.find(req);
    // The Back button may repeat a response that was used before.
    if (visit?.signedIn && visit.signedIn.state === state) return res.redirect(303, '/');
    const attempt = visit?.attempts.get(state);
    if (!visit || !attempt) return refuse(res, faultOf('state_unknown'), visit);
    visit.attempts.delete(state);
    try {
      const tokens = await exchange(answer, state, attempt);
      const mayHaveShared = !app.isServerFresh || visits.isKnown(tokens);
      const past = { tokens: visit.signedIn?.tokens, mayHaveShared };
      visits.signIn(req, res, { state, tokens, story: storyOf(attempt, tokens, past) });
      tell(`/callback → got a code and changed it into ${kindsOf(tokens)}`);
    } catch (error) {
      return refuse(res, readFault(error), visit);
    }
    res.redirect(303, '/');
  }

  function refuse(res: Response, fault: Fault, visit?: Visit): void {
    tell(`/callback → got no code: ${printable(fault.code)}`);
    show.fault(res, fault, visit);
  }

  async function exchange(answer: URL, state: string, attempt: Attempt): Promise<Tokens> {
    const { web } = await parties();
    const isAnonymous = !(answer.searchParams.get('scope') ?? 'openid')
      .split(' ')
      .includes('openid');
    const response = await openid.authorizationCodeGrant(web, answer, {
      expectedState: state,
      pkceCodeVerifier: attempt.codeVerifier,
      // Without `openid` there is no ID token: if one comes all the same, it is refused.
      ...(!isAnonymous && { expectedNonce: attempt.nonce, idTokenExpected: true }),
    });
    return readTokens(web, response);
  }

  const router = Router();
  router.get('/sign-in/:way', begin);
  router.get('/callback', finish);
  return router;
}

/** Reads the tokens of a response, and the userinfo if there is an ID token. */
export async function readTokens(
  party: openid.Configuration,
  response: openid.TokenEndpointResponse & openid.TokenEndpointResponseHelpers,
): Promise<Tokens> {
  const claims = response.claims();
  const userinfo = claims && (await openid.fetchUserInfo(party, response.access_token, claims.sub));
  return {
    accessToken: response.access_token,
    scopes: (response.scope ?? '').split(' ').filter(Boolean),
    ...(response.id_token && { idToken: response.id_token }),
    ...(response.refresh_token && { refreshToken: response.refresh_token }),
    ...(claims && { claims: { ...claims } }),
    ...(userinfo && { userinfo: { ...userinfo } }),
  };
}

function inShort({ scope, prompt }: Way): string {
  const count = scope.split(' ').length;
  const scopes = count > mostNamed ? `${count} scopes` : scope;
  return prompt === undefined ? scopes : `${scopes}, prompt=${prompt}`;
}

/** Which tokens the app got, as a part of a sentence. */
export function kindsOf({ idToken, refreshToken }: Tokens): string {
  const kinds = [
    ...(idToken ? ['an ID token'] : []),
    'an access token',
    ...(refreshToken ? ['a refresh token'] : []),
  ];
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(kinds);
}
