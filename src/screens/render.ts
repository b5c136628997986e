import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ejs, { type Options, type TemplateFunction } from 'ejs';
import type { Response } from 'express';
import type { RequestLocals, SiteLocals } from './page-locals.ts';
import { escapeHtml } from './messages.ts';

/**
 * What `res.render` is in this app: the views of a folder and its `partials/`, all compiled before the
 * first page. A view sees what every page knows (`page-locals.ts`), and what its route hands it. Express's
 * own way merges these more than once, looks for a file, and copies the page into a buffer.
 * @param site what every page knows
 */
export function createPages(folder: string, site: SiteLocals) {
  const views = new Map<string, TemplateFunction>();
  for (const place of ['', 'partials']) {
    for (const file of readdirSync(join(folder, place)).filter((name) => name.endsWith('.ejs'))) {
      views.set(join(place, basename(file, '.ejs')), compile(join(folder, place, file)));
    }
  }

  function htmlOf(name: string, locals: object): string {
    const view = views.get(name);
    if (!view) throw new Error(`There is no view "${name}".`);
    return view(locals);
  }

  return function render(this: Response, name: string, more?: object): void {
    const { lang, dir, t, h, pickedLang, languages } = this.locals as RequestLocals;
    // One literal with one spread: Node makes that four times as fast as spreads of several.
    const { brand, base, asset, wbr } = site;
    const locals = {
      ...more,
      brand,
      base,
      asset,
      wbr,
      lang,
      dir,
      t,
      h,
      pickedLang,
      languages,
      include,
    };
    // In the place of EJS's own `include`, which looks for the file of a partial each time.
    function include(partial: string, own?: object): string {
      return htmlOf(`partials/${basename(partial)}`, own ? { ...locals, ...own } : locals);
    }
    const html = htmlOf(name, locals);
    this.setHeader('Content-Type', 'text/html; charset=utf-8');
    this.end(html);
  };
}

/**
 * EJS would look up each name of a view in its locals by `with`, which costs more than all the rest
 * of a page. So the names that the code of a view mentions are made variables of it.
 */
function compile(path: string): TemplateFunction {
  const source = readFileSync(path, 'utf8');
  const options: Options & { unsafePrototypeLocals: true } = {
    filename: path,
    escape: (value?: string | number) => (value === undefined ? '' : escapeHtml(String(value))),
    _with: false,
    destructuredLocals: namesIn(source),
    // Not unsafe, since all locals are ours; without it EJS copies them once more.
    unsafePrototypeLocals: true,
  };
  return ejs.compile(source, { ...options, async: false, client: false });
}

/** Words of the language itself, and what EJS names. */
const taken = /^(?:const|let|var|if|else|for|of|in|new|null|true|false|typeof|return|locals)$/;

/** A name too many does no harm, but for those that the view makes itself, and global ones. */
function namesIn(source: string): string[] {
  const code = [...source.matchAll(/<%[^#%](.*?)%>/gs)].map(([, inside]) => inside).join('\n');
  const own = new Set([...code.matchAll(/\b(?:const|let)\s+(\w+)/g)].map(([, name]) => name));
  const names = new Set(code.match(/(?<![.\w$])[A-Za-z_$][\w$]*/g));
  return [...names].filter((name) => !taken.test(name) && !own.has(name) && !(name in globalThis));
}
