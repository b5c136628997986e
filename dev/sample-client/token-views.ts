import { decodeJwt } from 'jose';
import { factsView } from './facts-view.ts';
import { html, type Html } from './html.ts';
import type { Tokens } from './visits.ts';

/** What the usual claims of an ID token mean (OpenID Connect Core 2). */
const meanings: Record<string, string> = {
  iss: 'Who issued the token: the OAuth2 server.',
  sub: 'You. It never changes, even when your name or address does.',
  aud: 'Who the token is for: this app. No other app may accept it.',
  exp: 'When the token expires.',
  iat: 'When the token was issued.',
  auth_time: 'When you last proved who you are.',
  rat: 'When the app sent its request.',
  nonce: 'A random text that this app sent, so that nobody can pass off an old token as a new one.',
  acr: 'How strong the sign-in was.',
  amr: 'How you proved who you are.',
  at_hash: 'A hash of the access token that came with this one.',
  sid: 'The session that a sign-out ends.',
  jti: 'The id of this token.',
};
const times = ['exp', 'iat', 'auth_time', 'rat', 'nbf', 'updated_at'];

/** What this app knows, in plain words, and then each token with its contents and what it is for. */
export function tokensView(tokens: Tokens): Html {
  const { claims, userinfo, accessToken, refreshToken } = tokens;
  return html`${
      claims
        ? factsView({ ...userinfo, ...claims })
        : html`<p class="rows">
            Nothing about you: it may use an API for you, but not know who you are.
          </p>`
    }
    <div class="rows tokens">
      ${fold({
        title: 'ID token',
        hint: claims
          ? `${Object.keys(claims).length} claims, signed for this app`
          : 'none: the app may not know who you are',
        body: claims
          ? html`<p>Who you are, signed by the server, meant for this app.</p>
              ${claimsTable('ID token', claims)}`
          : html`<p>There is one only with the scope <code>openid</code>.</p>`,
      })}
      ${fold({
        title: 'Access token',
        hint: html`<code>${shortened(accessToken)}</code>`,
        body: accessTokenView(accessToken, userinfo),
      })}
      ${fold({
        title: 'Refresh token',
        hint: refreshToken
          ? html`<code>${shortened(refreshToken)}</code>`
          : 'none: the app may not stay connected',
        body: refreshToken
          ? html`<p>
              With it this app gets new tokens while you are away, and a new one of these.
            </p>`
          : html`<p>There is one only with the scope <code>offline_access</code>.</p>`,
      })}
    </div>`;
}

interface Fold {
  title: string;
  hint: string | Html;
  body: Html;
}

function fold({ title, hint, body }: Fold): Html {
  return html`<details>
    <summary><b>${title}</b> <span class="hint">${hint}</span></summary>
    ${body}
  </details>`;
}

function accessTokenView(token: string, userinfo: Tokens['userinfo']): Html {
  const claims = readJwt(token);
  return html`<p>
      ${
        claims
          ? 'For an API. It is a JWT, so the API can read it.'
          : 'For an API. It is opaque: the API asks the server what it stands for.'
      }
    </p>
    ${claims && claimsTable('access token', claims)}
    ${
      userinfo &&
      html`<p>One such API is the server’s own, userinfo. It told this app:</p>
        ${claimsTable('userinfo', userinfo)}`
    }`;
}

function claimsTable(whose: string, claims: Record<string, unknown>): Html {
  const rows = Object.entries(claims).map(
    ([name, value]) =>
      html`<tr>
        <th scope="row"><code>${name}</code></th>
        <td><code>${textOf(value)}</code> ${noteOn(name, value)}</td>
      </tr>`,
  );
  return html`<table aria-label="Claims of the ${whose}">
    ${rows}
  </table>`;
}

function noteOn(name: string, value: unknown): string {
  const isTime = times.includes(name) && typeof value === 'number';
  const time = isTime ? `${new Date(value * 1000).toISOString().slice(0, 19)}Z. ` : '';
  return time + (meanings[name] ?? '');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function readJwt(token: string): Record<string, unknown> | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}

/** Long enough to tell tokens apart, too short to use one. */
function shortened(token: string): string {
  return `${token.slice(0, 24)}…`;
}
