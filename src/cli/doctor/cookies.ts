import { cookieName, cookieOptions } from '../../web/cookies.ts';
import type { Page } from './page.ts';
import type { Path } from './path.ts';
import { cookieOf, type SetCookie } from './set-cookie.ts';

/**
 * Checks the cookie of the login page as browsers do.
 * @returns whether a browser keeps it
 */
export function checkCookies({ baseUrl, report }: Path, { visit, address }: Page): boolean {
  const name = cookieName(baseUrl, 'csrf');
  const cookie = cookieOf(visit.cookies, name);
  if (!cookie) {
    const found = visit.cookies.map((line) => line.split('=', 1)[0]);
    const which =
      found.length > 0 ? `comes with ${found.join(', ')} in its place` : 'does not come';
    const says = `The cookie of the login page, ${name}, ${which}: no form can be sent. Let the proxy pass on Set-Cookie unchanged.`;
    report.fault('app_cookies', says);
    return false;
  }
  const why = refusalOf(cookie, new URL(address));
  if (why) {
    const says = `Browsers refuse the cookie of the login page, ${name}, because ${why}: no form can be sent. A proxy changes it: take that away, in nginx "proxy_cookie_path", "proxy_cookie_domain" and "proxy_cookie_flags".`;
    report.fault('app_cookies', says);
    return false;
  }
  const { sameSite } = cookieOptions(baseUrl);
  const changed = [
    cookie.attributes.has('httponly') ? [] : ['HttpOnly is taken away'],
    cookie.attributes.get('samesite')?.toLowerCase() === sameSite ? [] : ['SameSite is not Lax'],
  ].flat();
  if (changed.length > 0) {
    const says = `A proxy changes the cookie of the login page, ${name}: ${changed.join(', ')}. Let it pass on Set-Cookie unchanged.`;
    report.warning('app_cookies', says);
  } else report.ok('app_cookies', 'The cookie of the login page comes through unchanged.');
  return true;
}

/** Why a browser does not keep a cookie (RFC 6265bis, section 5.7), or does not send it back. */
function refusalOf({ name, attributes }: SetCookie, page: URL): string | undefined {
  const isSecure = attributes.has('secure');
  const path = attributes.get('path') ?? '';
  const domain = attributes.get('domain') ?? '';
  if (isSecure && page.protocol !== 'https:') return 'it is Secure, and the page is http';
  if (name.startsWith('__Host-')) {
    if (!isSecure) return 'it is not Secure, which its name demands';
    if (path !== '/') return `its path is "${path}" and not "/", which its name demands`;
    if (domain) return `it has the domain "${domain}", which its name forbids`;
  }
  const isAbove = `${page.pathname}/`.startsWith(path.replace(/\/*$/, '/'));
  if (path.startsWith('/') && !isAbove)
    return `its path is "${path}", and the page is not below it`;
  const isOfHost = `.${page.hostname}`.endsWith(`.${domain.replace(/^\./, '')}`);
  return domain && !isOfHost ? `its domain is "${domain}"` : undefined;
}
