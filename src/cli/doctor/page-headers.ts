import { rawHeaders } from '../../web/headers.ts';
import { cookieName } from '../../web/cookies.ts';
import type { Page } from './page.ts';
import type { Path } from './path.ts';
import { cookieOf } from './set-cookie.ts';

/** Checks that nothing keeps the page for others, and that its headers come as the app sends them. */
export function checkPageHeaders(path: Path, page: Page): void {
  checkCache(path, page);
  checkSecurityHeaders(path, page);
}

function checkCache({ baseUrl, report }: Path, { visit, other }: Page): void {
  const control = visit.headers['cache-control'] ?? '';
  const name = cookieName(baseUrl, 'csrf');
  const [one, two] = [visit, other].map(({ cookies }) => cookieOf(cookies, name)?.value);
  const isSame = one === undefined ? visit.body === other.body : one === two;
  const age = Number(other.headers.age ?? 0);
  if (isSame || age > 0) {
    const says =
      'Two browsers got the same login page, with the same secrets: something in front of the app keeps it. Switch the cache off for all pages of the app; files below /static may be kept.';
    return report.fault('cache', says);
  }
  if (!/\bno-store\b/.test(control)) {
    const says = `The login page comes with "Cache-Control: ${control}" in place of "no-store", so browsers and proxies may keep it: let no proxy change that header.`;
    return report.fault('cache', says);
  }
  report.ok('cache', 'Each browser gets a login page of its own, and nothing may keep it.');
}

function checkSecurityHeaders({ baseUrl, report }: Path, { visit }: Page): void {
  const names = Object.keys(rawHeaders(baseUrl)).filter((name) => name !== 'Cache-Control');
  const isLost = (name: string) => !(name.toLowerCase() in visit.headers);
  const isTwice = (name: string) => (visit.headerCounts.get(name.toLowerCase()) ?? 0) > 1;
  const lost = names.filter(isLost);
  const twice = names.filter(isTwice);
  if (lost.length > 0) {
    const says = `A proxy takes away headers that protect the pages: ${lost.join(', ')}. Let it pass them on.`;
    report.warning('security_headers', says);
  }
  if (twice.length > 0) {
    const says = `Headers that protect the pages come twice: ${twice.join(', ')}. The app sends them already: take them away from the proxy, in nginx "add_header".`;
    report.warning('security_headers', says);
  }
  if (lost.length + twice.length === 0) {
    report.ok('security_headers', 'The headers that protect the pages come through.');
  }
}
