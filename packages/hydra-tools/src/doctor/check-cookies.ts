import { isLoopback, isSecure } from './addresses.ts';
import type { Report } from './report.ts';

/** Checks the cookies that the server sets at the start of a sign-in. */
export function checkCookies(cookies: string[], publicUrl: string, report: Report): void {
  if (isLoopback(publicUrl)) return;
  const isFor = (name: string) => (cookie: string) =>
    new RegExp(`;\\s*${name}(;|$)`, 'i').test(cookie);
  const areSecure = cookies.every(isFor('secure'));
  if (isSecure(publicUrl) && !areSecure) {
    const says =
      'The cookies of the server lack the attribute Secure: start it without --dev and without --dangerous-force-http, or set SERVE_COOKIES_SECURE to true.';
    return report.warning('cookies', says, 'SERVE_COOKIES_SECURE');
  }
  if (!isSecure(publicUrl) && cookies.some(isFor('secure'))) {
    const says = `The cookies of the server have the attribute Secure, but ${publicUrl} is http: browsers drop them. Make URLS_SELF_ISSUER an https address.`;
    return report.fault('cookies', says, 'URLS_SELF_ISSUER');
  }
  if (cookies.length > 0) report.ok('cookies', 'The cookies of the server suit its address.');
}
