import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, type Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import express, {
  Router,
  type ErrorRequestHandler,
  type RequestHandler,
  type Response,
} from 'express';
import { literalPath } from '../web/literal-path.ts';
import { answerBriefly } from '../web/opening.ts';
import { createCompressor, versionOf, type Compressor } from './compressor.ts';

/** Files that are not in the folder. They win over files in it of the same name. */
export interface MoreFiles {
  /** Files from anywhere, such as a logo: their paths by their names. */
  paths: Record<string, string>;
  /** Contents by names. */
  texts: Record<string, string>;
  /** The content of a file whose name says what is in it; `undefined` for any other name. */
  make: (name: string) => string | undefined;
  /** Names of such files: their contents speak for all of them in the hash. */
  samples: readonly string[];
}

interface Folder {
  path: string;
  more: MoreFiles;
  hash: string;
  compressor: Compressor;
}

/** For how long a file may be kept, by its path and what it is like now. */
type CacheControl = (path: string, stats: Stats) => string;

const hashLength = 12;
const lasting = 'public, max-age=31536000, immutable';
const brief = 'public, max-age=300';
const never = 'no-store';
const noFiles: MoreFiles = { paths: {}, texts: {}, make: () => undefined, samples: [] };

/**
 * Serves all files in a folder and the folders below it, except dotfiles outside `.well-known`.
 * Each file has two addresses: `asset` returns `/static/<hash>/fonts/x.woff2`, which browsers keep
 * for a year; the plain address `/fonts/x.woff2` is kept for five minutes.
 *
 * There is one hash for all files together, so that a relative `url()` in a style sheet has the right
 * hash too. An address with another hash gets the present file, which nobody may keep: during a rolling
 * update, pages of one release ask instances of the other. It is the same for a file that was changed
 * since the start.
 *
 * Use `hashedFiles` before everything that costs time, and `plainFiles` after the screens, so that no
 * file can replace a screen of the same name.
 * @param base the path at the start of every address, such as `/auth`
 */
export function createStaticFiles(
  folder: string,
  { base, more = noFiles }: { base: string; more?: MoreFiles },
) {
  const names = namesIn(folder);
  const files = new Map(names.map((name) => [name, join(folder, name)]));
  for (const [name, path] of Object.entries(more.paths)) files.set(name, path);
  const hash = hashOf(files, more);
  const served = { path: folder, more, hash, compressor: createCompressor(files, hash) };
  const atStart = new Map(
    [...files.values()].map((path) => [resolve(path), versionOf(statSync(path))]),
  );
  const ifUnchanged: CacheControl = (path, stats) =>
    atStart.get(resolve(path)) === versionOf(stats) ? lasting : never;
  const forLong = fileServer(served, ifUnchanged, lasting);
  const [forShort, onlyNow] = [brief, never].map((one) => fileServer(served, () => one, one));

  const byHash: RequestHandler<{ hash: string }> = function byHash(req, res, next) {
    const { hash: asked } = req.params;
    if (!/^[\da-f]+$/.test(asked) || asked.length !== hashLength) return next();
    return (asked === hash ? forLong : onlyNow!)(req, res, (fault?: unknown) => {
      if (fault !== undefined) return next(fault);
      answerBriefly(res, 404);
    });
  };

  /**
   * The address of a file.
   * @param name its path in the folder
   * @throws Error when there was no such file at start
   */
  function asset(name: string): string {
    if (!files.has(name) && textOf(more, name) === undefined) {
      throw new Error(`There is no file "${name}" in ${folder}`);
    }
    return `${base}/static/${hash}/${name.split('/').map(encodeURIComponent).join('/')}`;
  }

  const path = literalPath(base);
  return {
    hashedFiles: Router().use(`${path}/static/:hash`, byHash),
    plainFiles: Router().use(path || '/', forShort!),
    asset,
  };
}

/** @param ofTexts for what is in no file: it does not change while we run */
function fileServer(
  { path, more, hash, compressor }: Folder,
  cacheControl: CacheControl,
  ofTexts: string,
): Router {
  function setHeaders(res: Response, file: string, stats: Stats): void {
    res.setHeader('Cache-Control', cacheControl(file, stats));
    res.setHeader('ETag', `W/"${hash}-${versionOf(stats)}"`);
  }
  const options = { index: false, redirect: false, cacheControl: false, setHeaders };
  const router = Router().get(/.*/, texts(more, ofTexts)).use(compressor(cacheControl));
  for (const [name, file] of Object.entries(more.paths)) {
    router.get(`/${name}`, async (_req, res) => {
      const stats = await stat(file).catch(() => undefined);
      if (stats) setHeaders(res, file, stats);
      res.sendFile(file, { dotfiles: 'allow', cacheControl: false });
    });
  }
  const wellKnown = express.static(join(path, '.well-known'), {
    ...options,
    setHeaders(res: Response, file: string, stats: Stats) {
      setHeaders(res, file, stats);
      // Files such as webauthn and apple-app-site-association must be sent as JSON.
      if (!extname(file)) res.type('json');
    },
  });
  router.use('/.well-known', wellKnown);
  return router.use(express.static(path, options), refuse);
}

/** Sends what is not in a file. It is short, so it is sent as it is. */
function texts(more: MoreFiles, cacheControl: string): RequestHandler {
  return function texts(req, res, next) {
    const text = textOf(more, req.path.slice(1));
    if (text === undefined) return next();
    res.type(extname(req.path)).setHeader('Cache-Control', cacheControl);
    res.send(text);
  };
}

function textOf({ texts, make }: MoreFiles, name: string): string | undefined {
  return Object.hasOwn(texts, name) ? texts[name] : make(name);
}

/** Responses to faulty requests, such as a range beyond the end, must not be cached like files. */
const refuse: ErrorRequestHandler = function refuse(error: FileError, _req, res, next) {
  const { status, headers = {} } = error;
  if (res.headersSent || !(status >= 400 && status < 500)) return next(error);
  for (const name of ['ETag', 'Last-Modified', 'Content-Type']) res.removeHeader(name);
  res.status(status).set(headers).setHeader('Cache-Control', 'no-store');
  res.end();
};

interface FileError extends Error {
  status: number;
  headers?: Record<string, string>;
}

/** The paths of all files that are served, in the same order on every machine. */
function namesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(sep).join('/'))
    .filter((name) => !/^\.(?!well-known\/)|\/\./.test(name))
    .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
    .toSorted();
}

function hashOf(files: ReadonlyMap<string, string>, more: MoreFiles): string {
  const hash = createHash('sha256');
  for (const [name, path] of files) {
    const content = readFileSync(path);
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  for (const name of [...Object.keys(more.texts), ...more.samples]) {
    hash.update(`${name}\0${textOf(more, name)}\0`);
  }
  return hash.digest('hex').slice(0, hashLength);
}
