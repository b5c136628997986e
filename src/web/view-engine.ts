import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import ejs, { type ClientFunction } from 'ejs';

type Render = (path: string, locals: object, done: (error: unknown, html?: string) => void) => void;

/**
 * An Express view engine over the `.ejs` files of a folder and its `partials/`, all compiled before
 * the first page. `include` takes the ready partial: EJS's own looks for files and copies the locals
 * each time.
 */
export function createViewEngine(folder: string): Render {
  const views = new Map<string, ClientFunction>();
  for (const place of ['', 'partials']) {
    for (const file of readdirSync(join(folder, place)).filter((name) => name.endsWith('.ejs'))) {
      views.set(join(place, file), compile(join(folder, place, file)));
    }
  }

  function render(file: string, locals: object): string {
    const view = views.get(file);
    if (!view) throw new Error(`There is no view "${file}".`);
    return view(locals, undefined, (name, more) => {
      const own = more ? Object.assign(Object.create(locals), more) : locals;
      return render(`partials/${basename(name)}.ejs`, own as object);
    });
  }

  return function renderView(path, locals, done) {
    let html: string;
    try {
      html = render(basename(path), locals);
    } catch (error) {
      return done(error);
    }
    done(null, html);
  };
}

function compile(path: string): ClientFunction {
  return ejs.compile(readFileSync(path, 'utf8'), { filename: path, client: true });
}
