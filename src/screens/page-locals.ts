import type { RequestHandler } from 'express';
import { fieldsOf } from '../web/form.ts';
import { localeOf, type Locales } from './locale.ts';
import { breakable } from './messages.ts';

export interface Brand {
  name: string;
  logoFile: string | undefined;
  supportUrl: string | undefined;
  privacyUrl: string | undefined;
  termsUrl: string | undefined;
}

/** What every view knows, whatever the request; for `app.locals`. */
export function siteLocals(brand: Brand, base: string, asset: (name: string) => string) {
  const { logoFile, ...others } = brand;
  return { brand: { ...others, logo: logoFile && asset(logoFile) }, base, asset, wbr: breakable };
}

/** Query parameters that a page needs again when it is shown in another language. */
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

/** What every view knows of the request at hand: where the same page is in other languages. */
export function requestLocals(locales: Locales): RequestHandler {
  return function requestLocals(req, res, next) {
    res.locals['languages'] = () => languageLinks(locales, fieldsOf(req), localeOf(res).lang);
    next();
  };
}

/** Nothing but a query, so that no path of a request can lead to another host. */
function languageLinks(locales: Locales, fields: Record<string, unknown>, current: string) {
  let rest = '';
  for (const name of kept) {
    const value = fields[name];
    if (typeof value === 'string') rest += `&${name}=${encodeURIComponent(value.toWellFormed())}`;
  }
  return locales.all.map(({ lang, ownName }) => ({
    tag: lang,
    name: ownName,
    href: `?lang=${lang}${rest}`,
    isCurrent: lang === current,
  }));
}
