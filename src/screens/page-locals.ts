import type { Request, RequestHandler } from 'express';
import { fieldsOf } from '../web/form.ts';
import { accentSheet, brandLocals } from './brand-files.ts';
import type { Brand } from './brand-settings.ts';
import { localeOf, type Locale, type Locales } from './locale.ts';
import { breakable, withLinks } from './messages.ts';

/** The locals of every view that are the same for all requests. */
export function siteLocals(brand: Brand, base: string, asset: (name: string) => string) {
  return {
    brand: brandLocals(brand, asset),
    /** The address of the style sheet for clients with an accent of their own. */
    accentSheet: (accent: string) => asset(accentSheet(accent)),
    base,
    asset,
    wbr: breakable,
    withLinks,
  };
}

/** The parameters that a link to another language keeps, also those of a posted form. */
const kept = ['login_challenge', 'consent_challenge', 'logout_challenge', 'device_challenge'];
/** Those that it keeps only where they are in the address already: a code that was typed is not. */
const keptInQuery = ['user_code', 'client_id', 'error', 'error_description'];

/** In an address. Longer ones than any challenge lead nowhere, and the page would hold them once a language. */
const longestKept = 32 * 1024;

/** The locals of every view that depend on the request: links to the same page in other languages. */
export function requestLocals(locales: Locales): RequestHandler {
  return function requestLocals(req, res, next) {
    res.locals['languages'] = () => {
      const { lang } = localeOf(res);
      return locales.all.map((one) => new LanguageLink(one, lang, req));
    };
    next();
  };
}

/** A language in the menu of a page. A literal with a getter would get a hidden class of its own each time. */
class LanguageLink {
  readonly tag: string;
  readonly name: string;
  readonly isCurrent: boolean;
  readonly #req: Request;

  constructor({ lang, ownName }: Locale, current: string, req: Request) {
    this.tag = lang;
    this.name = ownName;
    this.isCurrent = lang === current;
    this.#req = req;
  }

  /**
   * Only a query, so that no path in a request can turn it into a link to another host. Pages with a form
   * have buttons in the place of links, and never ask for it.
   */
  get href(): string {
    return `?lang=${this.tag}${keptQuery(this.#req)}`;
  }
}

function keptQuery(req: Request): string {
  const fields = fieldsOf(req);
  let query = '';
  for (const name of req.body === undefined ? [...kept, ...keptInQuery] : kept) {
    const value = fields[name];
    if (typeof value !== 'string') continue;
    const text = encodeURIComponent(value.toWellFormed());
    if (text.length <= longestKept) query += `&${name}=${text}`;
  }
  return query;
}
