/** CHANGE HERE: what the tokens say about a person. */
import type { Claims } from '@portico/hydra-admin';
import type { StandardClaims, User } from '../identity/backend.ts';
import type { Asked } from './consent.ts';

type ClaimName = keyof StandardClaims | 'email';

/** Which claims a scope opens (OpenID Connect Core 5.4). */
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
 * The claims for the ID token and the userinfo answer (`id_token`), and those that everyone who may
 * introspect the access token can read (`access_token`): empty, until you have a reason. Claims that
 * the person does not have are left out, never `null`.
 * @param user whom the consent is about, whoever is signed in elsewhere
 * @param scopes as granted, not as requested
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
