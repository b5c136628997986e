import { decodeJwt } from 'jose';
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

/** All tokens with their contents, and what each is for. */
export function tokensView(tokens: Tokens): Html {
  return html`
    <h2>ID token</h2>
    ${
      tokens.claims
        ? html`<p>Who you are, signed by the server, meant for this app.</p>
            ${claimsTable('ID token', tokens.claims)}`
        : html`<p>None: the app may not know who you are (no <code>openid</code> scope).</p>`
    }
    <h2>Access token</h2>
    ${accessTokenView(tokens.accessToken)}
    <h2>Refresh token</h2>
    ${
      tokens.refreshToken
        ? html`<p>With it this app gets new tokens while you are away, and a new one of these.</p>
            <code class="token">${shortened(tokens.refreshToken)}</code>`
        : html`<p>None: the app may not stay connected (no <code>offline_access</code> scope).</p>`
    }
    <h2>Userinfo</h2>
    ${
      tokens.userinfo
        ? html`<p>What the server tells an app that has the access token.</p>
            ${claimsTable('userinfo', tokens.userinfo)}`
        : html`<p>Not requested: that needs the <code>openid</code> scope.</p>`
    }
  `;
}

function accessTokenView(token: string): Html {
  const claims = readJwt(token);
  return html`<p>
      ${
        claims
          ? 'For an API. It is a JWT, so the API can read it.'
          : 'For an API. It is opaque: the API asks the server what it stands for.'
      }
    </p>
    <code class="token">${shortened(token)}</code>
    ${claims && claimsTable('access token', claims)}`;
}

function claimsTable(whose: string, claims: Record<string, unknown>): Html {
  const rows = Object.entries(claims).map(
    ([name, value]) =>
      html`<tr>
        <th scope="row"><code>${name}</code></th>
        <td><code>${textOf(value)}</code></td>
        <td>${noteOn(name, value)}</td>
      </tr>`,
  );
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Claims of the ${whose}">
    <table>
      ${rows}
    </table>
  </div>`;
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
  return `${token.slice(0, 24)}… (${token.length} characters)`;
}
