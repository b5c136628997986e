import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { StandardClaims, User } from './backend.ts';
import { longestLogin } from './login-key.ts';
import { forTextClaims } from './text-claims.ts';

const text = v.string();
const flag = v.boolean();

/** Without these there is no person; a wrong `disabled` could let somebody in. */
const needed = v.looseObject({
  subject: v.pipe(text, v.regex(/^[^\p{Cc}\p{Surrogate}]{1,255}$/u)),
  email: v.pipe(text, v.maxLength(longestLogin), v.regex(/^\S+@[^\s@]+$/)),
  disabled: v.exactOptional(flag),
  credential: v.exactOptional(v.union([text, v.number()])),
});

/** What is wrong here is left out. */
const claims = {
  username: text,
  ...forTextClaims(text),
  updated_at: v.pipe(v.number(), v.minValue(0)),
  email_verified: flag,
  phone_number_verified: flag,
  // For valibot, a list is a record, too.
  address: v.custom((given) => !Array.isArray(given) && v.is(v.record(text, text), given)),
} satisfies Record<keyof StandardClaims | 'username', v.GenericSchema>;

/**
 * Reads a person as the API gives one. `null` counts as missing; members that we do not know pass
 * through, for claims of a fork.
 * @param onDropped gets the name of each claim that is of a wrong type and left out
 * @returns `undefined` when it is no person
 */
export function readPerson(json: string, onDropped: (claim: string) => void): User | undefined {
  const found = v.safeParse(needed, withoutNull(parse(json)));
  if (!found.success) return undefined;
  const { credential, ...user } = found.output;
  for (const [claim, schema] of Object.entries(claims)) {
    if (!(claim in user) || v.is(schema, user[claim])) continue;
    delete user[claim];
    onDropped(claim);
  }
  return credential === undefined ? user : { ...user, credential: markOf(String(credential)) };
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // without the error, which quotes the text
  }
}

function withoutNull(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return undefined;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
}

/** An API may give what should not lie in cookies, so only a hash of it is kept. */
function markOf(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url').slice(0, 22);
}
