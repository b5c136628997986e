import { X509Certificate } from 'node:crypto';
import tls, { type SecureContext } from 'node:tls';

/**
 * Trusts the certificates of a text in PEM beside the usual ones. To create a context takes some
 * 35 ms, so create one for all connections.
 * @throws Error that says what is wrong with the text
 */
export function trustAlso(pem: string): SecureContext {
  return tls.createSecureContext({ ca: withUsual(certificatesIn(pem)) });
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** @throws Error that says what is wrong with the text */
export function certificatesIn(pem: string): string[] {
  const found = pem.match(block) ?? [];
  if (found.length === 0) throw new Error('it holds no certificate in PEM');
  const unreadable = found.findIndex((one) => !isReadable(one));
  if (unreadable < 0) return found;
  throw new Error(`its certificate number ${unreadable + 1} cannot be read`);
}

function isReadable(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).subject !== undefined;
  } catch {
    return false;
  }
}

/** The option `ca` of Node replaces the usual certificates, so they must be in it too. */
export function withUsual(own: string[]): string[] {
  const { getCACertificates } = tls as typeof tls & {
    getCACertificates?: (type: 'default') => string[];
  };
  // Since Node 22.15; it includes NODE_EXTRA_CA_CERTS.
  const usual = getCACertificates?.('default') ?? tls.rootCertificates;
  return [...usual, ...own];
}
