import type { RequestHandler } from 'express';
import { fieldsOf } from '../web/form.ts';
import { localeOf, type Locales } from './locale.ts';
import { breakable, withLinks } from './messages.ts';

export interface Brand {
  name: string;
  logoFile: string | undefined;
  supportUrl: string | undefined;
  privacyUrl: string | undefined;
  termsUrl: string | undefined;
}

/** The locals of every view that are the same for all requests. */
export function siteLocals(brand: Brand, base: string, asset: (name: string) => string) {
  const { logoFile, ...others } = brand;
  return {
    brand: { ...others, logo: logoFile && asset(logoFile) },
    base,
    asset,
    wbr: breakable,
    withLinks,
  };
}

/** The query parameters that a link to another language keeps. */
const kept = [
  'login_challenge',
  'consent_challenge',
  'logout_challenge',
  'device_challenge',
  'user_code',
  'client_id',
  'error',
  'error_description',
];

/** The locals of every view that depend on the request: links to the same page in other languages. */
export function requestLocals(locales: Locales): RequestHandler {
  return function requestLocals(req, res, next) {
    res.locals['languages'] = () => languageLinks(locales, fieldsOf(req), localeOf(res).lang);
    next();
  };
}

/** Only queries, so that no path in a request can turn them into links to another host. */
function languageLinks(locales: Locales, fields: Record<string, unknown>, current: string) {
  return locales.all.map(({ lang, ownName }) => ({
    tag: lang,
    name: ownName,
    // Pages with a form have buttons in the place of links.
    get href() {
      return `?lang=${lang}${keptQuery(fields)}`;
    },
    isCurrent: lang === current,
  }));
}

function keptQuery(fields: Record<string, unknown>): string {
  let query = '';
  for (const name of kept) {
    const value = fields[name];
    if (typeof value === 'string') query += `&${name}=${encodeURIComponent(value.toWellFormed())}`;
  }
  return query;
}
