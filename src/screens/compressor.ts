import type { Stats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import type { RequestHandler } from 'express';

const encoders = { br: promisify(brotliCompress), gzip: promisify(gzip) };
type Encoding = keyof typeof encoders;
/** Best first. */
const preferred: Encoding[] = ['br', 'gzip'];

const isText = /\.(css|html|js|json|map|mjs|svg|txt|webmanifest|xml)$/i;
/** To compress a larger file would take seconds. */
const largestBytes = 1024 * 1024;

export type Compressor = ReturnType<typeof createCompressor>;

/**
 * Sends text files compressed. A file is compressed when it is first requested, and again after it
 * has changed. Other requests, such as those for a range, go to the next handler.
 * @param files their paths by their names
 * @param release goes into each ETag: files of two releases may have the same size and time
 * @returns makes a handler that sends this `Cache-Control`; it finds the file's name in `req.path`
 */
export function createCompressor(files: ReadonlyMap<string, string>, release: string) {
  const kept = new Map<string, { version: string; body: Promise<Buffer> }>();

  function bodyOf(path: string, encoding: Encoding, version: string): Promise<Buffer> {
    const key = `${encoding} ${path}`;
    const before = kept.get(key);
    if (before?.version === version) return before.body;
    const body = readFile(path).then((plain) => encoders[encoding](plain));
    body.catch(() => kept.delete(key));
    kept.set(key, { version, body });
    return body;
  }

  return (cacheControl: (path: string, stats: Stats) => string): RequestHandler =>
    async function compressor(req, res, next) {
      const path = isText.test(req.path) ? files.get(decoded(req.path.slice(1))) : undefined;
      if (!path || !['GET', 'HEAD'].includes(req.method)) return next();
      const stats = await stat(path).catch(() => undefined);
      if (!stats || stats.size > largestBytes) return next();
      res.vary('Accept-Encoding');
      const encoding = preferred.find((name) => req.acceptsEncodings(name));
      if (!encoding || req.get('range')) return next();
      const version = versionOf(stats);
      const body = await bodyOf(path, encoding, version);
      res.set({
        'Cache-Control': cacheControl(path, stats),
        'Content-Encoding': encoding,
        ETag: `W/"${release}-${version}-${encoding}"`,
        'Last-Modified': stats.mtime.toUTCString(),
      });
      res.type(extname(path)).send(body);
    };
}

/** Changes when the file does. */
export const versionOf = ({ size, mtimeMs }: Stats): string =>
  `${size.toString(16)}-${mtimeMs.toString(16)}`;

/** Unchanged if it cannot be decoded: then there is no such file either. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
