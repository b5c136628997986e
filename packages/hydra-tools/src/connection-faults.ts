/** Why there was no answer, in words; `undefined` for a code that needs an expert. */
export function connectionFault(code: string | undefined): string | undefined {
  if (code === undefined) return undefined;
  if (/CERT|SIGNATURE|ALTNAME/.test(code)) return `its certificate is not trusted (${code})`;
  return faults[code];
}

const faults: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection broke',
  ENOTFOUND: 'its name cannot be resolved',
  EAI_AGAIN: 'its name cannot be resolved',
  EHOSTUNREACH: 'there is no route to it',
  ENETUNREACH: 'there is no route to it',
  PROXY_REFUSED: 'the proxy of HTTPS_PROXY refuses to connect to it',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};
