/** Which claims a user store may give beside the standard ones. */
import type { StandardClaims, User } from './backend.ts';
import { forTextClaims } from './text-claims.ts';

/**
 * Of all of a person together, in UTF-16 units, as JSON: answers to the OAuth2 server come back in
 * addresses, and proxies take no long ones.
 */
export const longestFurtherClaims = 4_096;

/** The members of a person that have a meaning of their own: the standard claims, and ours. */
const ownMembers = {
  subject: true,
  email: true,
  username: true,
  disabled: true,
  credential: true,
  claims: true,
  ...forTextClaims(true),
  updated_at: true,
  email_verified: true,
  phone_number_verified: true,
  address: true,
} satisfies Record<keyof User | keyof StandardClaims, true>;

/**
 * What the OAuth2 server says of a token itself (RFC 7519, 4.1; OpenID Connect Core 2; RFC 9068;
 * RFC 7662, 2.2), and what would be a secret.
 */
const reserved = new Set(
  [
    'iss sub aud exp nbf iat jti rat typ token_type token_use auth_time nonce acr amr azp sid sub_id',
    'at_hash c_hash s_hash scope scp client_id ext active cnf act may_act events',
    'authorization_details obfuscated_subject password password_hash credential subject disabled demo',
    'claims __proto__',
  ].flatMap((names) => names.split(' ')),
);

/** Whether no user store and no setting can give a claim of this name. */
export function isReservedClaim(name: string): boolean {
  return reserved.has(name);
}

/** Whether a user store can give a claim of this name beside the standard ones. */
export function isFurtherClaim(name: string): boolean {
  return !reserved.has(name) && !Object.hasOwn(ownMembers, name) && isClaimName(name);
}

/** Whether this can be the name of a claim: up to 100 visible characters. */
export function isClaimName(name: string): boolean {
  return /^[^\p{C}\p{Z}]([^\p{C}]{0,98}[^\p{C}\p{Z}])?$/u.test(name);
}

/**
 * The claims of a person beside the standard ones, for `User.claims`.
 * @param given by name, whatever a user store has; `null` and `undefined` count as missing
 * @param onDropped gets the name of each claim that is left out: it cannot be called so, is nothing
 *   that JSON can hold, or would make all of them longer than 4096 characters of JSON
 * @returns `undefined` when there are none
 */
export function furtherClaims(
  given: Readonly<Record<string, unknown>>,
  onDropped: (claim: string) => void,
): Record<string, unknown> | undefined {
  const kept: [string, unknown][] = [];
  let room = longestFurtherClaims - 1; // for the first bracket
  for (const [name, value] of Object.entries(given)) {
    if (value === null || value === undefined) continue;
    const length = isFurtherClaim(name) && isJson(value) ? lengthOf(name, value) : Infinity;
    if (length > room) onDropped(name);
    else {
      kept.push([name, value]);
      room -= length;
    }
  }
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** With the colon and the comma or bracket around it. */
function lengthOf(name: string, value: unknown): number {
  return JSON.stringify(name).length + JSON.stringify(value).length + 2;
}

/** Whether JSON can hold this as it is, nested no deeper than anybody needs. */
function isJson(value: unknown, depth = 0): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth === mostNested) return false;
  if (Array.isArray(value)) return value.every((element) => isJson(element, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === Object.prototype || prototype === null;
  return isPlain && Object.values(value).every((member) => isJson(member, depth + 1));
}

const mostNested = 8;
