import { readdirSync, readFileSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import ejs, { type Options, type TemplateFunction } from 'ejs';
import type { Response } from 'express';
import { lineOfFault } from './line-of-fault.ts';

type Done = (error: Error | null, html?: string) => void;
type Render = Response['render'];

/**
 * Makes a `res.render` that behaves as Express documents it, for a folder of ordinary EJS views and
 * the folders below it. Compiles all views once, now. Locals of the call come before `res.locals`,
 * and those before `app.locals`. An `include` is first looked up beside its view, then in the folder.
 * @throws SyntaxError with file and line, when a view cannot be compiled
 */
export function createRender(folder: string): Render {
  const views = new Map<string, TemplateFunction>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ejs')) continue;
    views.set(file.split(sep).join('/'), compile(resolve(folder, file), folder));
  }

  function htmlOf(name: string, locals: object): string {
    const view = views.get(name.endsWith('.ejs') ? name : `${name}.ejs`);
    if (!view) throw new Error(`There is no view "${name}" in ${folder}`);
    return view(locals);
  }

  function render(this: Response, name: string, more?: object | Done, callback?: Done): void {
    const own = typeof more === 'object' ? more : undefined;
    const done = typeof more === 'function' ? (more as Done) : callback;
    try {
      const html = htmlOf(name, Object.assign(empty(), this.app.locals, this.locals, own));
      if (done) return done(null, html);
      if (!this.hasHeader('Content-Type')) this.type('html');
      this.end(html);
    } catch (error) {
      if (done) done(error as Error);
      else this.req.next!(error);
    }
  }
  return render as Render;
}

/** Without a prototype, so that a name in a view cannot find a member of `Object` by accident. */
const empty = (): object => Object.create(null) as object;

function compile(path: string, folder: string): TemplateFunction {
  const options: Options & { unsafePrototypeLocals: true } = {
    filename: path,
    views: [folder],
    root: folder,
    cache: true,
    // Safe, because our locals have no prototype. Otherwise EJS copies them for each view.
    unsafePrototypeLocals: true,
  };
  const template = new ejs.Template(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''), options);
  try {
    const view = template.compile() as TemplateFunction;
    ejs.cache.set(path, view); // includes look for it there
    return view;
  } catch (error) {
    const message = (error as Error).message.split('\n', 1)[0]!;
    throw new SyntaxError(`${path}:${lineOfFault(template)} ${message}`, { cause: error });
  }
}
