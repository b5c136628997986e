/** What `dist` holds of the libraries of others, and what stays in `node_modules`. */
import type { Plugin } from 'esbuild';

/**
 * What each start needs, with all that it imports itself. Any other library that sources import is left
 * outside: native code, what finds files by its own path, and what only some settings need.
 */
const bundled = [
  '@formatjs/intl-localematcher',
  '@portico',
  'cookie-parser',
  'csurf',
  'culori',
  'ejs',
  'express',
  'express-session',
  'got',
  'helmet',
  'lru-cache',
  'pino',
  'undici',
  'valibot',
];

/** Large tables that bundled libraries import, and rarely read. */
const tables = ['iconv-lite', 'mime-db'];

/**
 * Whether an import is left to Node.
 * @param name of a package, perhaps with a path in it
 * @param importer the path of the file that imports it
 */
export function staysOutside(name: string, importer: string): boolean {
  const isOf = (one: string) => name === one || name.startsWith(`${one}/`);
  const isFromLibrary = /[\\/]node_modules[\\/]/.test(importer);
  return isFromLibrary ? tables.some(isOf) : !bundled.some(isOf);
}

/**
 * What libraries import at once and we never use, as an empty module. `got` imports `http2-wrapper`, which
 * makes a TLS context with all root certificates when it is loaded: a tenth of a start. The admin API is
 * asked by HTTP/1.1.
 */
const unused = /^http2-wrapper$/;

/** Leaves them outside. */
export const leaveOutside: Plugin = {
  name: 'leave outside',
  setup(building) {
    building.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'unused' }));
    building.onLoad({ filter: /./, namespace: 'unused' }, () => ({
      contents: 'export default {}',
    }));
    building.onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) =>
      kind !== 'entry-point' && staysOutside(path, importer) ? { path, external: true } : undefined,
    );
  },
};
