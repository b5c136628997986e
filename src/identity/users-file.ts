import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { User } from './backend.ts';
import { findJsonPlaces, lineAndColumn } from '@portico/json-places';
import { furtherClaims, isFurtherClaim, longestFurtherClaims } from './further-claims.ts';
import { foldLogin, longestLogin } from './login-key.ts';
import { affordableHash, isAffordableHash } from './password.ts';
import { forTextClaims } from './text-claims.ts';

/** One checked entry of a users file. */
export interface Person {
  user: Readonly<User & { email: string }>;
  passwordHash: string;
  /** For demonstrations: the password is public. */
  isDemo: boolean;
}

/** What is wrong with a users file: each fault is a sentence with its line, without any values. */
export class UsersFileError extends Error {
  override readonly name = 'UsersFileError';
  readonly faults: string[];

  constructor(file: string, faults: string[], cause?: unknown) {
    super([`${file} needs another look:`, ...faults.map((fault) => `  - ${fault}`)].join('\n'), {
      cause,
    });
    this.faults = faults;
  }
}

interface Rule {
  /** Completes the sentence "… must be …"; a function if that depends on the value. */
  wants: string | ((value: unknown) => string);
  accepts(value: unknown): boolean;
  isRequired?: true;
}

type Entry = Omit<User, 'credential'> & { email: string; password_hash: string; demo?: boolean };

const text: Rule = { wants: 'text', accepts: (value) => typeof value === 'string' };
const flag: Rule = { wants: 'true or false', accepts: (value) => typeof value === 'boolean' };
/** If a file is something else altogether, every entry is wrong: the first faults are enough. */
const mostFaults = 20;
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
 * Reads a users file: a JSON list of people.
 * @param mayHaveDemoUsers if false, people with `"demo": true` are a fault
 * @throws UsersFileError with about the first twenty faults; the error of `fs` when the file cannot
 *   be read
 */
export async function readUsersFile(file: string, mayHaveDemoUsers: boolean): Promise<Person[]> {
  const bytes = await readFile(file);
  let json: string;
  try {
    json = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new UsersFileError(file, ['it is not in UTF-8'], cause);
  }
  return parseUsers(file, json, mayHaveDemoUsers);
}

function parseUsers(file: string, json: string, mayHaveDemoUsers: boolean): Person[] {
  const { entries: places, fault } = findJsonPlaces(json);
  if (fault !== undefined) {
    const { line, column } = lineAndColumn(json, fault);
    throw new UsersFileError(file, [`line ${line}, column ${column}: here it stops being JSON`]);
  }
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new UsersFileError(file, ['it must be a list: [ … ]']);

  const people: Person[] = [];
  const faults: string[] = [];
  const taken = new Map<string, number>();
  for (const [index, entry] of list.entries()) {
    const found: string[] = [];
    if (checkEntry(entry, mayHaveDemoUsers, found)) {
      found.push(...claimNames(entry, index, taken));
      people.push(personOf(entry));
    }
    if (found.length === 0) continue;
    const { line } = lineAndColumn(json, places[index] ?? 0);
    faults.push(...found.map((sentence) => `line ${line}, person ${index + 1}: ${sentence}`));
    if (faults.length >= mostFaults) throw new UsersFileError(file, [...faults, 'perhaps more']);
  }
  if (faults.length > 0) throw new UsersFileError(file, faults);
  return people;
}

/** Whether this entry is correct. Adds what is wrong to `faults`. */
function checkEntry(entry: unknown, mayHaveDemoUsers: boolean, faults: string[]): entry is Entry {
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
  if (!rule) {
    const way = isFurtherClaim(member) ? ': further claims go into "claims"' : '';
    return `${nameOf(member)} is not a known member${way}`;
  }
  if (rule.accepts(value)) return undefined;
  const { wants } = rule;
  return `"${member}" must be ${typeof wants === 'string' ? wants : wants(value)}`;
}

/** Adds the subject and the logins of a person to `taken`. Returns a fault for each that is in use. */
function claimNames(entry: Entry, index: number, taken: Map<string, number>): string[] {
  const names = [
    ['subject', `subject ${entry.subject}`],
    ['email', `login ${foldLogin(entry.email)}`],
    ['username', entry.username === undefined ? undefined : `login ${foldLogin(entry.username)}`],
  ] as const;
  return names.flatMap(([member, name]) => {
    if (name === undefined) return [];
    const owner = taken.get(name) ?? index;
    taken.set(name, owner);
    return owner === index ? [] : [`"${member}" is taken by person ${owner + 1}`];
  });
}

function personOf({ password_hash: passwordHash, demo, ...user }: Entry): Person {
  if (user.address) Object.freeze(user.address);
  if (user.claims) Object.freeze(user.claims);
  const whole: Person['user'] = { ...user, credential: markOf(passwordHash) };
  return { user: Object.freeze(whole), passwordHash, isDemo: demo === true };
}

/** Says nothing about the password, because every hash has a salt of its own. */
function markOf(passwordHash: string): string {
  return createHash('sha256').update(passwordHash).digest('base64url').slice(0, 22);
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
