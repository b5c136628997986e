import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Fingerprint } from '../fingerprint.ts';
import { instance } from '../instance.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { release } from '../release.ts';
import type { Lifecycle } from '../web/lifecycle.ts';
import { isAskedRightly } from './asked-host.ts';
import type { Dependencies, Dependency } from './dependencies.ts';

interface Answer {
  status: number;
  type: string;
  body: Buffer;
}

interface App {
  lifecycle: Pick<Lifecycle, 'readiness'>;
  dependencies: () => Promise<Dependencies>;
}

interface AnswersParts {
  metrics: Pick<Metrics, 'text' | 'contentType'>;
  fingerprint: () => Promise<Fingerprint>;
  /** As in the lines of the log. */
  instanceId: string;
  /** Where the port listens; `undefined` for all addresses. */
  host: string | undefined;
}

/** What the management port answers. Until the app is attached, it is starting. */
export function createAnswers({ metrics, fingerprint, instanceId, host }: AnswersParts) {
  let app: App = {
    lifecycle: { readiness: () => ({ isReady: false, status: 'starting' }) },
    dependencies: async () => ({}),
  };
  const text = shared(async () => Buffer.from(await metrics.text()));

  const pages: Record<string, () => Promise<Answer>> = {
    '/metrics': async () => ({ status: 200, type: metrics.contentType, body: await text() }),
    '/version': async () => json(200, { ...about(instanceId), ...(await fingerprint()) }),
    '/health/alive': async () => json(200, { status: 'ok' }),
    '/health/ready': async () => {
      const { isReady, status } = app.lifecycle.readiness();
      return json(isReady ? 200 : 503, { status });
    },
    '/health/dependencies': async () => {
      const all = Object.entries(await app.dependencies());
      const isUp = all.length > 0 && all.every(([, one]) => one.isUp);
      const dependencies = Object.fromEntries(all.map(([name, one]) => [name, shown(one)]));
      return json(isUp ? 200 : 503, { status: wordOf(isUp), dependencies });
    },
  };

  async function answer(req: IncomingMessage, res: ServerResponse): Promise<void> {
    if (!isAskedRightly(host, req.headers.host)) return send(req, res, json(421, otherHost));
    const [path = ''] = (req.url ?? '').split('?', 1);
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (!page) return send(req, res, json(404, { error: 'there is nothing here' }));
    if (req.method === 'GET' || req.method === 'HEAD') return send(req, res, await page());
    res.setHeader('Allow', 'GET, HEAD');
    return send(req, res, json(405, { error: 'this can only be read' }));
  }

  const listener: RequestListener = (req, res) => {
    answer(req, res).catch(() => {
      if (res.headersSent) res.destroy();
      else void send(req, res, json(500, { error: 'this cannot be read now' }));
    });
  };

  return {
    listener,
    attach(attached: App): void {
      app = attached;
    },
  };
}

const otherHost = {
  error: 'ask by 127.0.0.1 or localhost: another name may be that of a web page',
};

function about(instanceId: string) {
  return {
    name: release.name,
    version: release.version,
    commit: release.commit ?? null,
    node: process.version,
    instance: instanceId,
    startedAt: instance.startedAt.toISOString(),
  };
}

function shown({ isUp, since, checkedAt, milliseconds }: Dependency) {
  const [sinceText, checkedText] = [since.toISOString(), checkedAt.toISOString()];
  return { status: wordOf(isUp), since: sinceText, checkedAt: checkedText, milliseconds };
}

const wordOf = (isUp: boolean): string => (isUp ? 'up' : 'down');

function json(status: number, body: object): Answer {
  const text = Buffer.from(`${JSON.stringify(body)}\n`);
  return { status, type: 'application/json; charset=utf-8', body: text };
}

/**
 * Whoever asks while it is being worked out gets the same: a thousand requests in one packet take the
 * work and the memory of one.
 */
function shared<T>(work: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  return () => (current ??= work().finally(() => (current = undefined)));
}

const compress = promisify<Buffer, Buffer>(gzip);
const worthCompressing = 1_400;
const compressed = new WeakMap<Buffer, Promise<Buffer>>();

function compressedOf(body: Buffer): Promise<Buffer> {
  const known = compressed.get(body);
  if (known) return known;
  const made = compress(body);
  compressed.set(body, made);
  return made;
}

async function send(
  req: IncomingMessage,
  res: ServerResponse,
  { status, type, body }: Answer,
): Promise<void> {
  const mayCompress = /\bgzip\b/.test(req.headers['accept-encoding'] ?? '');
  const isCompressed = mayCompress && body.length > worthCompressing;
  const sent = isCompressed ? await compressedOf(body) : body;
  if (isCompressed) res.setHeader('Content-Encoding', 'gzip');
  res.writeHead(status, {
    'Content-Type': type,
    'Content-Length': sent.length,
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    Vary: 'Accept-Encoding',
  });
  res.end(sent);
}
