import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Counter, Histogram, type Registry } from 'prom-client';
import { statusOf } from '../errors.ts';
import { firstPartOf } from './screens.ts';

/** Files of `public`, and what nobody has a route for. */
const files = 'files';
const other = 'other';
/** What a browser left before it had the answer. */
const gone = 'gone';
const usualStatuses = [200, 302, 303, 304, ...new Set(Object.values(statusOf))];
const statuses = new Set<string>([...usualStatuses.map(String), gone, other]);

export interface RequestMetrics {
  /** Measures each request of an app, from its headers to the end of its answer. */
  measured: (app: RequestListener) => RequestListener;
  /** Makes the series of these screens. All other paths count as `files` or `other`. */
  expect: (screens: readonly string[], base: string) => void;
}

export function createRequestMetrics(registers: Registry[]): RequestMetrics {
  const requests = new Counter({
    name: 'portico_http_requests_total',
    help: 'Requests at the public port, by screen and status',
    labelNames: ['screen', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'portico_http_request_duration_seconds',
    help: 'From the headers of a request to the end of its answer',
    labelNames: ['screen', 'method'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const known = new Set<string>();
  let basePath = '';

  function screenOf(url: string, { statusCode }: ServerResponse): string {
    const first = firstPartOf(url, basePath);
    if (known.has(first)) return first;
    return statusCode < 400 ? files : other;
  }

  function count(method: string, url: string, res: ServerResponse, startedAt: number): void {
    const screen = screenOf(url, res);
    const sent = String(res.statusCode);
    const status = statuses.has(sent) ? sent : other;
    requests.inc({ screen, status: res.writableFinished ? status : gone });
    const kind = methods[method];
    if (kind) seconds.observe({ screen, method: kind }, (performance.now() - startedAt) / 1000);
  }

  return {
    measured: (app) => (req: IncomingMessage, res: ServerResponse) => {
      const startedAt = performance.now();
      const { method = '', url = '' } = req; // before the app rewrites them
      res.on('close', () => count(method, url, res, startedAt));
      app(req, res);
    },
    expect(screens, base) {
      basePath = base;
      for (const screen of [...screens, files, other]) {
        known.add(screen);
        for (const status of statuses) requests.inc({ screen, status }, 0);
        for (const method of ['GET', 'POST']) seconds.zero({ screen, method });
      }
    },
  };
}

/** Whatever else is sent gets a refusal at once. */
const methods: Readonly<Record<string, string>> = { GET: 'GET', HEAD: 'GET', POST: 'POST' };
