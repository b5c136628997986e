import type { CookieOptions } from 'express';

/** The part of a public address that cookies depend on. */
export interface CookieHome {
  /** `/auth`, or empty. */
  path: string;
  isSecure: boolean;
  /** `3000`; empty when it is the one that browsers use anyway. */
  port?: string;
}

/**
 * The name of one of our cookies. Browsers send a cookie to all ports of a host, and one with `__Host-`
 * to all paths, so the name contains ours: two apps on one host need different names.
 * @see https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
 */
export function cookieName(home: CookieHome, purpose: string): string {
  const port = home.port ? `-${home.port}` : '';
  const mark = home.path.replace(/[^A-Za-z0-9]+/g, '_');
  return `${home.isSecure ? '__Host-' : ''}portico_${purpose}${port}${mark}`;
}

/** Lax, not Strict, because people arrive by a redirect from another site. */
export function cookieOptions(home: CookieHome) {
  return {
    httpOnly: true,
    sameSite: 'lax',
    secure: home.isSecure,
    path: home.isSecure ? '/' : home.path || '/',
  } satisfies CookieOptions;
}
