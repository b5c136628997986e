import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';

interface StaticFile {
  type: string;
  plain: Buffer;
  /** Made when first asked for, and kept: it takes longer than all the rest of the start. */
  brotli?: Buffer;
  gzip?: Buffer;
}

const types: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const isCompressible = /^(text\/|image\/svg)/;

/**
 * The files of `public/`, read once and compressed once. Their addresses carry a hash of their content,
 * so that browsers may keep them for a year and still never show an old one.
 * @param folder where they are
 * @param options.base the path in front of every address, such as `/auth`
 * @param options.more further files by their path, such as the logo of the house
 */
export function createStaticFiles(folder: string, options: { base: string; more?: string[] }) {
  const paths = readdirSync(folder).map((name) => join(folder, name));
  const files = new Map<string, StaticFile>();
  const addresses = new Map<string, string>();
  for (const path of [...paths, ...(options.more ?? [])]) {
    const type = types[extname(path)];
    if (!type) continue;
    const plain = readFileSync(path);
    const address = `${options.base}/static/${hashOf(plain)}/${basename(path)}`;
    files.set(address, { type, plain });
    addresses.set(path, address);
    addresses.set(basename(path), address);
  }

  const staticFiles: RequestHandler = function staticFiles(req, res, next) {
    const file = files.get(req.path);
    if (file && (req.method === 'GET' || req.method === 'HEAD')) return send(req, res, file);
    next();
  };

  /** The address of a file, by its name in `public/` or its full path. */
  function asset(name: string): string {
    const address = addresses.get(name);
    if (!address) throw new Error(`There is no static file "${name}".`);
    return address;
  }

  return { staticFiles, asset };
}

function send(req: Request, res: Response, file: StaticFile): void {
  const accepted = req.get('accept-encoding') ?? '';
  const encoding = (['br', 'gzip'] as const).find((name) =>
    new RegExp(`\\b${name}\\b(?!\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$))`).test(accepted),
  );
  const isCompressed = encoding !== undefined && isCompressible.test(file.type);
  if (isCompressible.test(file.type)) res.setHeader('Vary', 'Accept-Encoding');
  if (isCompressed) res.setHeader('Content-Encoding', encoding);
  res.setHeader('Content-Type', file.type);
  res.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  const body = isCompressed ? compressed(file, encoding) : file.plain;
  res.setHeader('Content-Length', body.length);
  res.end(req.method === 'HEAD' ? undefined : body);
}

function compressed(file: StaticFile, encoding: 'br' | 'gzip'): Buffer {
  if (encoding === 'br') return (file.brotli ??= brotliCompressSync(file.plain));
  return (file.gzip ??= gzipSync(file.plain, { level: 9 }));
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 12);
}
