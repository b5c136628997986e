/** A directory that cannot be asked, or does not answer what was asked. */
export class LdapFault extends Error {
  override readonly name = 'LdapFault';
  /** Whether the connection is of no more use. */
  readonly isLost: boolean;
  /** Whether the server should be left alone for a while. */
  readonly isAway: boolean;

  /** @param what such as `ECONNREFUSED`: nothing that was asked, and no text of the directory */
  constructor(what: string, is: { isLost?: boolean; isAway?: boolean } = {}) {
    super(what);
    this.isLost = is.isLost === true;
    this.isAway = this.isLost || is.isAway === true;
  }
}

/** The result codes of RFC 4511, 4.1.9 that operators will meet. */
const names: Readonly<Record<number, string>> = {
  1: 'operationsError',
  2: 'protocolError',
  3: 'timeLimitExceeded',
  4: 'sizeLimitExceeded',
  8: 'strongerAuthRequired',
  10: 'referral',
  11: 'adminLimitExceeded',
  13: 'confidentialityRequired',
  32: 'noSuchObject',
  34: 'invalidDNSyntax',
  49: 'invalidCredentials',
  50: 'insufficientAccessRights',
  51: 'busy',
  52: 'unavailable',
  53: 'unwillingToPerform',
};

/** For a result other than success. Busy and unavailable servers are away. */
export function faultOfCode(code: number): LdapFault {
  const name = names[code];
  return new LdapFault(`result ${code}${name ? ` (${name})` : ''}`, {
    isAway: code === 51 || code === 52,
  });
}
