/** CHANGE HERE: what the tokens say about a person. */
import type { Claims } from '@portico/hydra-admin';
import type { StandardClaims, User } from '../identity/backend.ts';
import type { Asked } from './consent.ts';

type ClaimName = keyof StandardClaims | 'email';

/** The claims that a scope stands for (OpenID Connect Core 5.4). */
const claimsOfScope = new Map<string, ClaimName[]>(
  Object.entries({
    profile: [
      'name',
      'given_name',
      'family_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ],
    email: ['email', 'email_verified'],
    phone: ['phone_number', 'phone_number_verified'],
    address: ['address'],
  } satisfies Record<string, ClaimName[]>),
);

/**
 * The claims for tokens. `id_token` goes into the ID token and the userinfo response. `access_token`
 * can be read by every API that introspects the access token: leave it empty unless you need it.
 * Claims that the person does not have are left out, never `null`.
 * @param user the subject of the consent request
 * @param scopes the granted ones, not the requested ones
 * @param _asked what the app asked for, and which app it is
 */
export async function claimsFor(
  user: User,
  scopes: string[],
  _asked: Asked,
): Promise<{ id_token: Claims; access_token: Claims }> {
  const known: Claims = { preferred_username: user.username, ...user };
  const idToken: Claims = {};
  for (const name of scopes.flatMap((scope) => claimsOfScope.get(scope) ?? [])) {
    if (known[name] !== undefined && known[name] !== null) idToken[name] = known[name];
  }
  return { id_token: idToken, access_token: {} };
}
