import { decodeJwt } from 'jose';
import { html, type Html } from './html.ts';
import type { Tokens } from './visits.ts';

/** What the claims that nearly every ID token has are for (OpenID Connect Core 2). */
const meanings: Record<string, string> = {
  iss: 'Who says so: the OAuth2 server.',
  sub: 'You: the same for ever, also when your name or address changes.',
  aud: 'For whom it is said: this app. No other app may take it.',
  exp: 'Until when the token is good.',
  iat: 'When it was made.',
  auth_time: 'When you last proved who you are.',
  rat: 'When the app asked.',
  nonce: 'The number this app sent along, so that an old token cannot be passed off as a new one.',
  acr: 'How strong the sign-in was.',
  amr: 'How you proved who you are.',
  at_hash: 'Ties the token to the access token beside it.',
  sid: 'The session that a sign-out ends.',
  jti: 'The number of this token.',
};
const times = ['exp', 'iat', 'auth_time', 'rat', 'nbf', 'updated_at'];

/** All tokens, taken apart, each with a sentence on what it is for. */
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
        ? html`<p>With it this app gets new tokens while you are away, each time a new one too.</p>
            <code class="token">${shortened(tokens.refreshToken)}</code>`
        : html`<p>None: the app may not stay connected (no <code>offline_access</code> scope).</p>`
    }
    <h2>Userinfo</h2>
    ${
      tokens.userinfo
        ? html`<p>What the server tells whoever shows it the access token.</p>
            ${claimsTable('userinfo', tokens.userinfo)}`
        : html`<p>Not asked: it takes the <code>openid</code> scope.</p>`
    }
  `;
}

function accessTokenView(token: string): Html {
  const claims = readJwt(token);
  return html`<p>
      ${
        claims
          ? 'For an API. It is a JWT, so the API can read it by itself.'
          : 'For an API. It says nothing by itself: the API asks the server what it stands for.'
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

/** Enough to tell tokens apart on a screen, too little to use one. */
function shortened(token: string): string {
  return `${token.slice(0, 24)}… (${token.length} characters)`;
}
