/** The setting with further certificates to trust. Each is for some connections only. */
type CaSetting = 'HYDRA_ADMIN_CA_FILE' | 'NODE_EXTRA_CA_CERTS';

const reachOf: Record<CaSetting, string> = {
  HYDRA_ADMIN_CA_FILE:
    'put its CA into the file of HYDRA_ADMIN_CA_FILE, which is for the admin API alone',
  NODE_EXTRA_CA_CERTS:
    'let the proxy send the intermediate certificates, too; if the CA is your own, every browser must know it, and this command reads it from the file of NODE_EXTRA_CA_CERTS (HYDRA_ADMIN_CA_FILE is for the admin API alone)',
};

/**
 * What is wrong with a certificate, as the end of a sentence.
 * @param code of the error, as Node names it
 * @returns `undefined` when the certificate is not the cause
 */
export function certificateFault(
  code: string | undefined,
  setting: CaSetting = 'NODE_EXTRA_CA_CERTS',
): string | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return 'has a certificate that has expired: renew it, and let the proxy read it again.';
    case 'CERT_NOT_YET_VALID':
      return 'has a certificate that is not valid yet: check the clocks, or wait.';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'has a certificate for another name: use one that names this host, or correct the address.';
    case 'CERT_REVOKED':
      return 'has a certificate that was revoked: get a new one.';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `has a certificate of an unknown CA (${code}): ${reachOf[setting]}.`;
    default:
      return code && /CERT|SIGNATURE/.test(code)
        ? `has a certificate that is not trusted (${code}).`
        : undefined;
  }
}
