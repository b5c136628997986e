/** The person whom a provider's claims describe. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { StandardClaims, User } from './backend.ts';
import { furtherClaims } from './further-claims.ts';
import { longestLogin } from './login-key.ts';
import type { Provider } from './openid-providers.ts';
import { forTextClaims } from './text-claims.ts';

export type ProviderClaims = Readonly<Record<string, unknown>>;

/** Longer texts would not fit into addresses; who needs them can ask the provider. */
const text = v.pipe(v.string(), v.maxLength(2_000), v.nonEmpty());
/** Some providers write it as a text. */
const flag = v.pipe(
  v.union([v.boolean(), v.literal('true'), v.literal('false')]),
  v.transform((value) => value === true || value === 'true'),
);

/** What is wrong here is left out. */
const schemas: Record<keyof StandardClaims | 'email' | 'username', v.GenericSchema> = {
  email: v.pipe(v.string(), v.maxLength(longestLogin), v.regex(/^[^\s\p{C}]+@[^\s@\p{C}]+$/u)),
  username: v.pipe(text, v.maxLength(longestLogin)),
  ...forTextClaims(text),
  updated_at: v.pipe(v.number(), v.finite(), v.minValue(0)),
  email_verified: flag,
  phone_number_verified: flag,
  address: v.custom(
    (given) => !Array.isArray(given) && v.is(v.record(text, text), given) && isShort(given),
  ),
};
const isShort = (value: unknown): boolean => JSON.stringify(value).length <= 2_000;
type Own = keyof typeof schemas;

/**
 * The subject of a person, made of issuer and subject over there alone: addresses change hands, and
 * not every provider checks them.
 */
export function subjectOf(issuer: string, sub: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([issuer, sub]))
    .digest('base64url');
  return `openid-${hash}`;
}

/**
 * @param theirs `iss` and `sub` are proven
 * @param onDropped gets the name of each claim of ours that is left out, because it is of a wrong type
 */
export function personOf(
  theirs: ProviderClaims & { iss: string; sub: string },
  { claims: map }: Pick<Provider, 'claims'>,
  onDropped: (claim: string) => void,
): User {
  const given = renamed(theirs, map);
  const user: Record<string, unknown> = { subject: subjectOf(theirs.iss, theirs.sub) };
  const further: Record<string, unknown> = {};
  for (const [name, value] of given) {
    if (value === null || value === undefined || value === '') continue;
    if (!Object.hasOwn(schemas, name)) {
      further[name] = value;
      continue;
    }
    const read = v.safeParse(schemas[name as Own], value);
    if (read.success) user[name] = read.output;
    else onDropped(name);
  }
  const more = furtherClaims(further, onDropped);
  return { ...user, ...(more && { claims: more }) } as unknown as User;
}

/**
 * Standard claims have the same names on both sides, and the others of the map come to them. Whether
 * a provider vouches for an address or a number is said of its own claim, not of another one that the
 * map puts in its place.
 */
function renamed(theirs: ProviderClaims, map: Provider['claims']): Map<string, unknown> {
  const mapped = Object.entries(map);
  const ours = new Set(mapped.map(([, own]) => own));
  const vouched = { email_verified: 'email', phone_number_verified: 'phone_number' };
  const given = new Map<string, unknown>();
  for (const name of Object.keys(schemas)) {
    if (name === 'username' || ours.has(name)) continue;
    const about = vouched[name as keyof typeof vouched];
    if (about !== undefined && ours.has(about)) continue;
    given.set(name, theirs[name]);
  }
  for (const [their, own] of mapped) {
    if (Object.hasOwn(theirs, their)) given.set(own, theirs[their]);
  }
  return given;
}
