import type { LdapEntry } from './ldap-entry.ts';

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const isGuid = (attribute: string) => attribute.toLowerCase() === 'objectguid';

/** The subject of an entry; `undefined` when the attribute has not exactly one value that can be one. */
export function subjectOf({ attributes }: LdapEntry, attribute: string): string | undefined {
  const values = attributes.get(attribute.toLowerCase()) ?? [];
  const [value] = values;
  if (values.length !== 1 || value === undefined) return undefined;
  if (isGuid(attribute)) return Buffer.isBuffer(value) ? guidOf(value) : undefined;
  const isText = typeof value === 'string' && /^[^\p{Cc}\p{Surrogate}]{1,255}$/u.test(value);
  return isText ? value : undefined;
}

/** The value of the attribute for a search; `undefined` when nobody can have this subject. */
export function subjectValue(subject: string, attribute: string): string | Buffer | undefined {
  if (!isGuid(attribute)) {
    return /^[^\p{Cc}\p{Surrogate}]{1,255}$/u.test(subject) ? subject : undefined;
  }
  return guid.test(subject) ? swapped(Buffer.from(subject.replaceAll('-', ''), 'hex')) : undefined;
}

/** As Windows writes it: the first three numbers of the 16 bytes are little-endian. */
function guidOf(bytes: Buffer): string | undefined {
  if (bytes.length !== 16) return undefined;
  const hex = swapped(bytes).toString('hex');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function swapped(bytes: Buffer): Buffer {
  const [one, two, three] = [bytes.subarray(0, 4), bytes.subarray(4, 6), bytes.subarray(6, 8)];
  const numbers = [one, two, three].map((number) => number.toReversed());
  return Buffer.concat([...numbers, bytes.subarray(8)]);
}
