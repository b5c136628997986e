import { createHash } from 'node:crypto';
import type { User } from './backend.ts';
import { isFurtherClaim, furtherClaims } from './further-claims.ts';
import { textOf, textsOf, type LdapEntry } from './ldap-entry.ts';
import { isOff, statusAttributes } from './ldap-status.ts';
import { hasTraces, signInTimes } from './ldap-traces.ts';
import { longestLogin } from './login-key.ts';
import { forTextClaims } from './text-claims.ts';

/**
 * Attribute and claim, in the order in which they are looked at: of several attributes for one claim,
 * the first with a value counts. `address.` and a member stands for a part of the address, and `[]`
 * behind the name of a further claim makes it a list even with one value.
 */
export type AttributeMap = readonly (readonly [attribute: string, claim: string])[];

/** Change when a password does: OpenLDAP and eDirectory, Active Directory, 389, FreeIPA, Samba. */
const passwordTimes = [
  'pwdChangedTime',
  'pwdLastSet',
  'pwdUpdateTime',
  'krbLastPwdChange',
  'sambaPwdLastSet',
];

/** What to ask for beside the mapped attributes. */
export const personAttributes = [
  ...passwordTimes,
  ...signInTimes,
  'modifyTimestamp',
  ...statusAttributes,
];

/** Groups are a list, even if it is only one. */
const lists = new Set(['memberof']);

const addressMember = /^address\.(formatted|street_address|locality|region|postal_code|country)$/;

/** From the text of an attribute; `undefined` when that is no such claim. */
const readers: Readonly<Record<string, (text: string) => unknown>> = {
  ...forTextClaims((text: string) => text),
  email: (text) => (isEmail(text) ? text : undefined),
  username: (text) => (text.length <= longestLogin ? text : undefined),
  email_verified: flag,
  phone_number_verified: flag,
  // Whatever else is there may be meant to keep somebody out.
  disabled: (text) => !/^(false|no|0)$/i.test(text),
  updated_at: seconds,
};

/** Whether an attribute can be given as this claim. */
export function isMappable(claim: string): boolean {
  return (
    Object.hasOwn(readers, claim) ||
    addressMember.test(claim) ||
    isFurtherClaim(claim.replace(/\[\]$/, ''))
  );
}

export interface Reading {
  map: AttributeMap;
  /** The names of the groups, for the claim `groups`; `undefined` when nobody asked for them. */
  groups: readonly string[] | undefined;
  /** Gets the name of each claim that is of a wrong type and left out. */
  onDropped: (claim: string) => void;
  nowMs: number;
  /** Whether an entry may change because somebody tried a password. */
  mayChangeByTries: boolean;
}

/** The person that an entry describes. */
export function readPerson(subject: string, entry: LdapEntry, reading: Reading): User {
  const { map, groups, onDropped, nowMs, mayChangeByTries } = reading;
  const known: Record<string, unknown> = {};
  const address: Record<string, string> = {};
  const further: Record<string, unknown> = { ...(groups && { groups }) };
  for (const [attribute, claim] of map) {
    const texts = textsOf(entry, attribute).filter((text) => text.trim() !== '');
    const [first] = texts;
    if (first === undefined) {
      if (entry.attributes.has(attribute.toLowerCase())) onDropped(claim);
      continue;
    }
    const member = addressMember.exec(claim)?.[1];
    const read = Object.hasOwn(readers, claim) ? readers[claim] : undefined;
    if (member !== undefined) address[member] ??= first;
    else if (read) known[claim] ??= read(first) ?? dropped(claim);
    else further[claim.replace(/\[\]$/, '')] ??= isList(attribute, claim, texts) ? texts : first;
  }

  function dropped(claim: string): undefined {
    onDropped(claim);
  }

  const given = Object.entries(known).filter(([, value]) => value !== undefined);
  const claims = furtherClaims(further, onDropped);
  const isDisabled = known['disabled'] === true || isOff(entry, nowMs);
  return {
    ...(Object.fromEntries(given) as Partial<User>),
    subject,
    ...(Object.keys(address).length > 0 && { address }),
    ...((isDisabled || 'disabled' in known) && { disabled: isDisabled }),
    ...credentialOf(entry, mayChangeByTries),
    ...(claims && { claims }),
  };
}

function isList(attribute: string, claim: string, texts: readonly string[]): boolean {
  return claim.endsWith('[]') || lists.has(attribute.toLowerCase()) || texts.length > 1;
}

/**
 * When the password was changed last, as a hash. Where the directory does not say, when anything of the
 * entry was, unless that can be a mere try of a password: anybody could end people's sign-ins then.
 */
function credentialOf(entry: LdapEntry, mayChangeByTries: boolean): { credential?: string } {
  const times = passwordTimes.map((name) => textOf(entry, name) ?? '');
  const isTold = times.some(Boolean);
  const isOften = mayChangeByTries || hasTraces(entry);
  const stamp = isTold ? times.join('\n') : isOften ? undefined : textOf(entry, 'modifyTimestamp');
  if (stamp === undefined) return {};
  return { credential: createHash('sha256').update(stamp).digest('base64url').slice(0, 22) };
}

function isEmail(text: string): boolean {
  return text.length <= longestLogin && /^\S+@[^\s@]+$/.test(text);
}

function flag(text: string): boolean | undefined {
  return { true: true, false: false }[text.toLowerCase()];
}

/** Seconds since 1970, given as such or as a GeneralizedTime (RFC 4517, 3.3.13) in UTC. */
function seconds(text: string): number | undefined {
  if (/^\d{1,11}$/.test(text)) return Number(text);
  const iso = text.replace(
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)?([.,]\d+)?Z$/,
    (_all, ...[y, mo, d, h, mi, s = '00']: string[]) => `${y}-${mo}-${d}T${h}:${mi}:${s}Z`,
  );
  const at = Date.parse(iso);
  return iso === text || Number.isNaN(at) ? undefined : at / 1000;
}
