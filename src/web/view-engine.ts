import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import ejs, { type TemplateFunction } from 'ejs';

type Render = (path: string, locals: object, done: (error: unknown, html?: string) => void) => void;

/** An Express view engine over all `.ejs` files of a folder, compiled once, before the first page. */
export function createViewEngine(folder: string): Render {
  const views = new Map<string, TemplateFunction>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ejs'))) {
    views.set(file, compile(join(folder, file)));
  }
  return function renderView(path, locals, done) {
    let html: string;
    try {
      html = views.get(basename(path))!(locals);
    } catch (error) {
      return done(error);
    }
    done(null, html);
  };
}

function compile(path: string): TemplateFunction {
  return ejs.compile(ejs.fileLoader(path).toString(), { filename: path, cache: true });
}
