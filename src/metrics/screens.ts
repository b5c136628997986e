import type { Express, Router } from 'express';

/**
 * The first parts of the paths that an app has routes for, such as `login` for `/login`, and `start` for
 * its root. A screen that a fork adds is among them by itself.
 */
export function screensOf(app: Express): string[] {
  const paths = pathsOf(app.router).flatMap((path) => screenOfRoute(path) ?? []);
  return [...new Set(paths)].toSorted();
}

function pathsOf({ stack }: Pick<Router, 'stack'>): (string | RegExp)[] {
  return stack.flatMap((layer) => {
    if (layer.route) return [layer.route.path as unknown as string | RegExp | string[]].flat();
    const { handle } = layer as { handle: Partial<Pick<Router, 'stack'>> };
    return handle.stack ? pathsOf({ stack: handle.stack }) : [];
  });
}

/** `undefined` for files, and for a route that takes any path. */
function screenOfRoute(path: string | RegExp): string | undefined {
  if (path === '/') return start;
  // Of an expression such as ^\/client-logo\/(…)$, what it begins with.
  const text =
    typeof path === 'string' ? path : path.source.replaceAll('\\', '').replace(/^\^/, '');
  const [, first, rest] = /^\/(\.?[a-z][a-z-]*)(\/|$)/i.exec(text) ?? [];
  return first === undefined || rest === undefined ? undefined : first.toLowerCase();
}

export const start = 'start';

/**
 * Which of the screens a request is for.
 * @param url of the request, as it came
 * @param base the path of BASE_URL
 * @returns its first part as the browser wrote it, in small letters: anything may be in it
 */
export function firstPartOf(url: string, base: string): string {
  const path = (/^(?:https?:\/\/[^/?#]*)?([^?#]*)/i.exec(url)?.[1] ?? '').toLowerCase();
  // What belongs to the whole host is at its root, whatever the base is.
  const isBelow = path.startsWith(`${base.toLowerCase()}/`) || path === base.toLowerCase();
  const [, first = ''] = (isBelow ? path.slice(base.length) : path).split('/', 2);
  if (!isBelow && !first.startsWith('.')) return '-';
  return first || start;
}
