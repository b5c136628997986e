import { readdirSync, readFileSync } from 'node:fs';
import { posix, resolve, sep } from 'node:path';
import ejs, { type Options, type TemplateFunction } from 'ejs';
import type { Response } from 'express';
import { lineOfFault } from './line-of-fault.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { escapeHtml } from './messages.ts';

type Done = (error: Error | null, html?: string) => void;
type Render = Response['render'];
type Locals = Record<string, unknown>;

/** A compiled view. */
interface View {
  /** Path below the folder of views, with slashes. */
  name: string;
  toHtml: TemplateFunction;
  /** The views that it includes, by the paths that it names. */
  includes: Map<string, View>;
}

/**
 * `res.render` as Express documents it, for a folder of ordinary EJS views and the folders below it.
 * All views are compiled here, once. A view sees the locals of its call, then `res.locals`, then
 * `app.locals`. An include is looked for beside its view first, then from the top of the folder.
 * @param span is put around the making of each page
 * @throws SyntaxError naming file and line, when a view cannot be compiled
 */
export function createRender(folder: string, span: Tracer['span'] = justRun): Render {
  const views = new Map<string, View>();
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ejs')) continue;
    const name = file.split(sep).join('/');
    views.set(name, { name, toHtml: compile(resolve(folder, file)), includes: new Map() });
  }

  function viewOf(path: string, from = ''): View {
    const name = path.endsWith('.ejs') ? path : `${path}.ejs`;
    const beside = path.startsWith('/')
      ? undefined
      : views.get(posix.join(posix.dirname(from), name));
    const view = beside ?? views.get(name.replace(/^\/+/, ''));
    if (view) return view;
    throw new Error(
      from === ''
        ? `There is no view "${path}" in ${folder}`
        : `Could not find the include file "${path}"`,
    );
  }

  function includedBy(view: View, path: string): View {
    const included = view.includes.get(path) ?? viewOf(path, view.name);
    view.includes.set(path, included);
    return included;
  }

  /**
   * In the place of EJS's own `include`, which looks at the disk and copies all its options each
   * time: a view calls what its locals name first.
   */
  function htmlOf(view: View, locals: Locals): string {
    locals['include'] = (path: string, own?: Locals) =>
      htmlOf(includedBy(view, path), Object.assign(copyOf(locals), own));
    return view.toHtml(locals);
  }

  function render(this: Response, name: string, more?: object | Done, callback?: Done): void {
    const own = typeof more === 'object' ? more : undefined;
    const done = typeof more === 'function' ? (more as Done) : callback;
    try {
      const html = span({ name: `render ${name}` }, () =>
        htmlOf(viewOf(name), flat(this.app.locals, this.locals, own)),
      );
      if (done) return done(null, html);
      if (!this.hasHeader('Content-Type')) {
        this.setHeader('Content-Type', 'text/html; charset=utf-8');
      }
      // For a text, Node makes room for three bytes a letter.
      const page = Buffer.from(html);
      this.setHeader('Content-Length', page.length).end(page);
    } catch (error) {
      if (done) done(error as Error);
      else this.req.next!(error);
    }
  }
  return render as Render;
}

const justRun: Tracer['span'] = (_about, run) => run(() => undefined);

/** So that no name in a view means something of `Object` by accident. */
const namesOfObject = Object.fromEntries(
  Object.getOwnPropertyNames(Object.prototype)
    .filter((name) => name !== '__proto__')
    .map((name) => [name, undefined]),
);

/**
 * One flat object with all locals. Views read from it by `with`, which is slower from an object that has
 * no prototype, or other locals as its prototype. It begins empty: a copy that grows gets a hidden class of
 * its own each time (docs/decisions/0042).
 */
const flat = (first: object, second?: object, third?: object): Locals =>
  Object.assign({}, namesOfObject, first, second, third);

/** Alone in its literal, a spread takes the whole shape at once; beside others, name by name. */
const copyOf = (locals: Locals): Locals => ({ ...locals });

function compile(path: string): TemplateFunction {
  const options: Options & { unsafePrototypeLocals: true } = {
    filename: path,
    // As EJS escapes, but faster where there is nothing to escape, as in most texts.
    escape: (value?: string | number) =>
      value === undefined || value === null ? '' : escapeHtml(`${value}`),
    // EJS would copy the locals once more to take away their prototype; all of them are ours.
    unsafePrototypeLocals: true,
  };
  const template = new ejs.Template(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''), options);
  try {
    return template.compile() as TemplateFunction;
  } catch (error) {
    const message = (error as Error).message.split('\n', 1)[0]!;
    throw new SyntaxError(`${path}:${lineOfFault(template)} ${message}`, { cause: error });
  }
}
