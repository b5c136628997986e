import type { CookieOptions } from 'express';

/** The part of a public address that cookies depend on. */
export interface CookieHome {
  /** `/auth`, or empty. */
  path: string;
  isSecure: boolean;
}

/**
 * The name of one of our cookies. Cookies with `__Host-` are sent to all paths, so the name contains
 * ours: two apps on one host need different names.
 * @see https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1
 */
export function cookieName(home: CookieHome, purpose: string): string {
  const mark = home.path.replace(/[^A-Za-z0-9]+/g, '_');
  return `${home.isSecure ? '__Host-' : ''}portico_${purpose}${mark}`;
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
