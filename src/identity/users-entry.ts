/** What the entries of a users file are like. */
import { createHash } from 'node:crypto';
import type { User } from './backend.ts';
import { furtherClaims, isFurtherClaim, longestFurtherClaims } from './further-claims.ts';
import { foldLogin, longestLogin } from './login-key.ts';
import { affordableHash, isAffordableHash } from './password.ts';
import { forTextClaims } from './text-claims.ts';

interface Rule {
  /** Completes the sentence "… must be …"; a function if that depends on the value. */
  wants: string | ((value: unknown) => string);
  accepts(value: unknown): boolean;
  isRequired?: true;
}

/** One correct entry of a users file. */
export type Entry = Omit<User, 'credential'> & {
  email: string;
  password_hash: string;
  demo?: boolean;
};

const text: Rule = { wants: 'text', accepts: (value) => typeof value === 'string' };
const flag: Rule = { wants: 'true or false', accepts: (value) => typeof value === 'boolean' };
const addressMember = /^(formatted|street_address|locality|region|postal_code|country)$/;

const rules: Record<keyof Entry, Rule> = {
  subject: { wants: '1 to 255 characters', accepts: matching(/^.{1,255}$/su), isRequired: true },
  email: { wants: 'an email address', accepts: isEmail, isRequired: true },
  username: { wants: `1 to ${longestLogin} characters, not only space`, accepts: isLogin },
  password_hash: { wants: hashWanted, accepts: isHash, isRequired: true },
  disabled: flag,
  demo: flag,
  ...forTextClaims(text),
  updated_at: { wants: 'seconds since 1970', accepts: Number.isSafeInteger },
  email_verified: flag,
  phone_number_verified: flag,
  address: {
    wants: 'an object of formatted, street_address, locality, region, postal_code and country',
    accepts: isAddress,
  },
  claims: { wants: claimsWanted, accepts: (value) => claimsFault(value) === undefined },
};

/**
 * Whether this entry is correct.
 * @param mayHaveDemoUsers if false, `"demo": true` is a fault
 * @param faults gets what is wrong, in sentences without values
 */
export function checkEntry(
  entry: unknown,
  mayHaveDemoUsers: boolean,
  faults: string[],
): entry is Entry {
  if (!isObject(entry)) {
    faults.push('must be an object: { … }');
    return false;
  }
  for (const [member, rule] of Object.entries(rules)) {
    if (rule.isRequired && !Object.hasOwn(entry, member)) faults.push(`"${member}" is missing`);
  }
  for (const [member, value] of Object.entries(entry)) {
    const fault = memberFault(member, value);
    if (fault !== undefined) faults.push(fault);
  }
  if (entry['demo'] === true && !mayHaveDemoUsers) {
    faults.push('"demo" people are allowed on a loopback address only');
  }
  return faults.length === 0;
}

/** Why a person cannot have this member with this value; `undefined` if they can. Names no values. */
export function memberFault(member: string, value: unknown): string | undefined {
  const rule = Object.hasOwn(rules, member) ? rules[member as keyof Entry] : undefined;
  if (!rule) return `${nameOf(member)} is not a known member`;
  if (rule.accepts(value)) return undefined;
  const { wants } = rule;
  return `"${member}" must be ${typeof wants === 'string' ? wants : wants(value)}`;
}

/** The person of an entry; nobody can change it. */
export function userOf({ password_hash: passwordHash, ...user }: Entry): Readonly<User> {
  delete user.demo;
  if (user.address) Object.freeze(user.address);
  if (user.claims) Object.freeze(user.claims);
  return Object.freeze({ ...user, credential: markOf(passwordHash) });
}

/** Says nothing about the password, because every hash has a salt of its own. */
function markOf(passwordHash: string): string {
  return digestOf(passwordHash).toString('base64url').slice(0, 22);
}

/** Tells one password hash from another. */
export function digestOf(passwordHash: string): Buffer {
  return createHash('sha256').update(passwordHash).digest();
}

function matching(pattern: RegExp) {
  return (value: unknown) => typeof value === 'string' && pattern.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLogin(value: unknown): boolean {
  return typeof value === 'string' && value.length <= longestLogin && foldLogin(value) !== '';
}

function isEmail(value: unknown): boolean {
  return isLogin(value) && matching(/^\S+@[^\s@]+$/)(value);
}

function isHash(value: unknown): boolean {
  return typeof value === 'string' && isAffordableHash(value);
}

function hashWanted(value: unknown): string {
  return affordableHash(typeof value === 'string' ? value : '');
}

/** The object of OpenID Connect Core 5.1.1. */
function isAddress(value: unknown): boolean {
  return (
    isObject(value) &&
    Object.entries(value).every(
      ([member, part]) => addressMember.test(member) && typeof part === 'string',
    )
  );
}

/** Why these cannot be the further claims of a person. */
function claimsFault(value: unknown): string | undefined {
  if (!isObject(value)) return 'an object of further claims';
  let fault: string | undefined;
  furtherClaims(value, (name) => {
    fault ??= isFurtherClaim(name)
      ? `an object of further claims, of up to ${longestFurtherClaims} characters as JSON: ${nameOf(name)} is too much`
      : `an object of further claims, and ${nameOf(name)} cannot be one`;
  });
  return fault;
}

function claimsWanted(value: unknown): string {
  return claimsFault(value) ?? '';
}

/** The name of a member, if it is safe to show: somebody may have put a hash in the wrong place. */
function nameOf(member: string): string {
  return /^[\w .-]{1,40}$/.test(member) ? `"${member}"` : 'a member with an odd name';
}
