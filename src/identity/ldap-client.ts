/** The one door to the library for LDAP. It is loaded when it is first used. */
import type { Control } from 'ldapts';

export type Ldapts = typeof import('ldapts');
export type { Client, Entry, Filter, SearchOptions } from 'ldapts';

export const loadLdapts = (): Promise<Ldapts> => import('ldapts');

/** What a directory says beside its answer to a password (draft-behera-ldap-password-policy 6.2). */
export type PolicyError = 'passwordExpired' | 'accountLocked' | 'changeAfterReset';

/** Of the draft for password policies: asks why a password is not taken. */
export const policyControl = '1.3.6.1.4.1.42.2.27.8.5.1';

const policyErrors: Readonly<Record<number, PolicyError>> = {
  0: 'passwordExpired',
  1: 'accountLocked',
  2: 'changeAfterReset',
};

/** For one bind: asks to be told why a password is not taken. Directories without it ignore that. */
export function createPolicyControl(ldapts: Ldapts): Control & { error?: PolicyError } {
  class PolicyControl extends ldapts.Control {
    error?: PolicyError;

    constructor() {
      super(policyControl);
    }

    override parseControl(reader: InstanceType<Ldapts['BerReader']>): void {
      reader.readSequence();
      while (reader.remain > 0) {
        const tag = reader.peek() ?? 0;
        const content = reader.readString(tag, true) ?? Buffer.alloc(0);
        const found = tag === 0x81 && content.length === 1 ? policyErrors[content[0]!] : undefined;
        if (found) this.error = found;
      }
    }
  }
  return new PolicyControl();
}
