import { isRecord } from './read-json-lines.ts';
import { foldLogin } from '../../identity/login-key.ts';
import { memberFault } from '../../identity/users-entry.ts';

/**
 * What is wrong with a record of a file of people, without its values. Any member may be `null` but
 * the subject, as may each of the claims in `claims`.
 */
export function recordFaults(record: Readonly<Record<string, unknown>>): string[] {
  const faults = Object.entries(record).flatMap(([member, value]) => {
    if (member === 'demo') return value === true ? [demoFault] : [];
    if (member === 'subject' && value === null) return [];
    if (value === null && memberFault(member, value)?.includes('not a known') !== true) return [];
    return memberFault(member, member === 'claims' ? withoutNulls(value) : value) ?? [];
  });
  if (faults.length > 0) return faults;
  if (holdsUnstorable(record)) return [unstorable];
  return ['email', 'username'].flatMap((member) => {
    const login = record[member];
    const isLong = typeof login === 'string' && Buffer.byteLength(foldLogin(login)) > longestFolded;
    return isLong ? [`"${member}" is too long in the form in which logins are compared`] : [];
  });
}

/** In bytes. One sign of Arabic can become eighteen, and an index of PostgreSQL takes about 2,700. */
const longestFolded = 2_000;

const demoFault = '"demo" people are for a users file, because everybody knows their passwords';
const unstorable = 'it holds the character NUL, or half of a character';

export function withoutNulls(value: unknown): unknown {
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, claim]) => claim !== null));
}

/** PostgreSQL keeps neither NUL nor lone surrogates; JSON has both as escapes only. */
function holdsUnstorable(record: object): boolean {
  return /(?<!\\)(\\\\)*\\u(0000|d[89a-f])/.test(JSON.stringify(record));
}
