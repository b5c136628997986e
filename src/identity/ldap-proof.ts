import { setTimeout as sleep } from 'node:timers/promises';
import type { Refusal } from './backend.ts';
import type { Directory } from './ldap-directory.ts';
import type { LdapEntry } from './ldap-entry.ts';
import { outcomeOf } from './ldap-refusal.ts';
import { createUsualTime } from './usual-time.ts';

/**
 * Tries passwords of entries. An entry that is not there takes as long as one with a wrong password:
 * most directories refuse unknown names without the work that a password hash takes.
 * @param base the DN below which people are
 */
export function createProof(directory: Directory, base: string) {
  const nobody = `cn=portico-nobody,${base}`;
  const refusedTimes = createUsualTime();

  async function ofNobody(password: string): Promise<Refusal> {
    const isAway = (code: number) => code === 51 || code === 52;
    const { tookMs } = await directory.tryPassword({ dn: nobody, password }, ({ code }) =>
      isAway(code) ? undefined : 'wrong',
    );
    const restMs = Math.floor(refusedTimes.one() - tookMs);
    if (restMs > 0) await sleep(restMs); // a timer cannot wait for less
    return 'wrong';
  }

  async function ofEntry(entry: LdapEntry, password: string): Promise<'proven' | Refusal> {
    const { judged, tookMs } = await directory.tryPassword({ dn: entry.dn, password }, (answer) =>
      outcomeOf(answer, entry),
    );
    if (judged === 'wrong') refusedTimes.note(tookMs);
    return judged;
  }

  /** @throws IdentityError `down` when no server answers */
  return (entry: LdapEntry | undefined, password: string): Promise<'proven' | Refusal> =>
    entry ? ofEntry(entry, password) : ofNobody(password);
}
