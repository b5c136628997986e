import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { StandardClaims, User } from './backend.ts';
import { furtherClaims } from './further-claims.ts';
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
  updated_at: v.pipe(v.number(), v.finite(), v.minValue(0)),
  email_verified: flag,
  phone_number_verified: flag,
  // For valibot, a list is a record, too.
  address: v.custom((given) => !Array.isArray(given) && v.is(v.record(text, text), given)),
} satisfies Record<keyof StandardClaims | 'username', v.GenericSchema>;

/**
 * Reads a person as the API gives one. `null` counts as missing; members that we do not know
 * are further claims.
 * @param onDropped gets the name of each claim that is left out: it is of a wrong type, or none that
 *   `furtherClaims` keeps
 * @returns `undefined` when it is no person
 */
export function readPerson(json: string, onDropped: (claim: string) => void): User | undefined {
  const found = v.safeParse(needed, withoutNull(parse(json)));
  if (!found.success) return undefined;
  const { subject, email, disabled, credential, ...others } = found.output;
  const standard: Record<string, unknown> = {};
  for (const [claim, schema] of Object.entries(claims)) {
    if (!Object.hasOwn(others, claim)) continue;
    if (v.is(schema, others[claim])) standard[claim] = others[claim];
    else onDropped(claim);
    delete others[claim];
  }
  const furtherOnes = furtherClaims(others, onDropped);
  return {
    subject,
    email,
    ...standard,
    ...(disabled !== undefined && { disabled }),
    ...(credential !== undefined && { credential: markOf(String(credential)) }),
    ...(furtherOnes && { claims: furtherOnes }),
  };
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
