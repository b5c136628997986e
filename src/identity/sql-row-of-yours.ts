/** A row of somebody else's tables as a person. */
import { createHash } from 'node:crypto';
import * as v from 'valibot';
import type { StandardClaims, User } from './backend.ts';
import { furtherClaims } from './further-claims.ts';
import { longestLogin } from './login-key.ts';
import { forTextClaims } from './text-claims.ts';

export interface FoundPerson {
  user: User;
  /** `undefined`: there is no password. */
  passwordHash: string | undefined;
}

type Row = Readonly<Record<string, unknown>>;

/** Without these a row is no person; a wrong `disabled` could let somebody in. */
const needed = ['subject', 'password_hash', 'disabled', 'credential', 'email', 'username'] as const;

const text = v.pipe(
  v.union([v.string(), v.pipe(v.number(), v.finite()), v.bigint()]),
  v.transform(String),
);
const flag = v.pipe(v.unknown(), v.transform(flagIn), v.boolean());
const seconds = v.pipe(
  v.unknown(),
  v.transform(secondsIn),
  v.pipe(v.number(), v.finite(), v.minValue(0)),
);
const address = v.pipe(
  v.unknown(),
  v.transform(objectIn),
  v.custom<Record<string, string>>(
    (given) => !Array.isArray(given) && v.is(v.record(v.string(), v.string()), given),
  ),
);

/** What is wrong here is left out. */
const claims = {
  ...forTextClaims(text),
  updated_at: seconds,
  email_verified: flag,
  phone_number_verified: flag,
  address,
} satisfies Record<keyof StandardClaims, v.GenericSchema>;

const subject = v.pipe(text, v.regex(/^[^\p{Cc}\p{Surrogate}]{1,255}$/u));
const email = v.pipe(text, v.maxLength(longestLogin), v.regex(/^\S+@[^\s@]+$/));

/**
 * Reads a row. `NULL` counts as missing. Columns that are no standard claim become further claims.
 * @param onDropped gets the name of each claim that is left out
 * @returns or what is wrong with the row, as the end of a sentence that begins with the query
 */
export function readRow(
  row: Row,
  onDropped: (claim: string) => void,
): FoundPerson | { fault: string } {
  const given = Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
  const found = v.safeParse(subject, given['subject']);
  if (!found.success) return { fault: 'gives a subject that is missing, empty or too long' };
  const disabled = v.safeParse(flag, given['disabled'] ?? false);
  if (!disabled.success) return { fault: 'gives a "disabled" that is neither true nor false' };
  const hash = given['password_hash'];
  if (hash !== undefined && typeof hash !== 'string') {
    return { fault: 'gives a password_hash that is no text' };
  }
  const user: User = { subject: found.output, disabled: disabled.output, ...namesIn(given) };
  Object.assign(user, claimsIn(given, onDropped));
  const further = furtherClaims(furtherIn(given), onDropped);
  if (further) user.claims = further;
  const credential = given['credential'] ?? hash;
  if (credential !== undefined) user.credential = markOf(textOf(credential));
  return { user, passwordHash: hash?.trim() || undefined };
}

function namesIn(given: Row): Pick<User, 'email' | 'username'> {
  const names: Pick<User, 'email' | 'username'> = {};
  const foundEmail = v.safeParse(email, given['email']);
  if (foundEmail.success) names.email = foundEmail.output;
  const username = v.safeParse(text, given['username']);
  if (username.success && username.output !== '') names.username = username.output;
  return names;
}

function claimsIn(given: Row, onDropped: (claim: string) => void): StandardClaims {
  const kept: Record<string, unknown> = {};
  for (const [claim, schema] of Object.entries(claims)) {
    if (given[claim] === undefined || given[claim] === '') continue;
    const found = v.safeParse(schema, given[claim]);
    if (found.success) kept[claim] = found.output;
    else onDropped(claim);
  }
  return kept;
}

function furtherIn(given: Row): Record<string, unknown> {
  const others = Object.entries(given).filter(
    ([name]) => !Object.hasOwn(claims, name) && !(needed as readonly string[]).includes(name),
  );
  // Databases know days that JavaScript does not: those are left out.
  const asJson = (value: unknown) =>
    value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : value;
  return Object.fromEntries(others.map(([name, value]) => [name, asJson(value)]));
}

/** Booleans as databases and programs store them. */
function flagIn(given: unknown): unknown {
  if (typeof given === 'boolean') return given;
  const known = new Map<string, boolean>([
    ...['true', 't', 'yes', 'y', '1'].map((word): [string, boolean] => [word, true]),
    ...['false', 'f', 'no', 'n', '0'].map((word): [string, boolean] => [word, false]),
  ]);
  return typeof given === 'string' || typeof given === 'number'
    ? known.get(String(given).trim().toLowerCase())
    : undefined;
}

/** A moment or a number of seconds, also as text, as the driver gives long numbers. */
function secondsIn(given: unknown): unknown {
  if (given instanceof Date) return Math.floor(given.getTime() / 1000);
  return typeof given === 'string' && /^\d{1,12}$/.test(given) ? Number(given) : given;
}

function objectIn(given: unknown): unknown {
  if (typeof given !== 'string') return given;
  try {
    return JSON.parse(given) as unknown;
  } catch {
    return undefined;
  }
}

function textOf(credential: unknown): string {
  return typeof credential === 'string' ? credential : JSON.stringify(credential);
}

/** Says nothing about the password, because every hash has a salt of its own. */
function markOf(credential: string): string {
  return createHash('sha256').update(credential).digest('base64url').slice(0, 22);
}
