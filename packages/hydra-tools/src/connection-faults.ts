/** Why there was no answer, in words; `undefined` for a code that says nothing to a person. */
export function connectionFault(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (/CERT|SIGNATURE|ALTNAME/.test(code)) return `its certificate is not trusted here (${code})`;
  return faults[code];
}

const faults: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  ENOTFOUND: 'its name is not known here',
  EAI_AGAIN: 'its name is not known here',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};
