import { isRecord, parseJson } from './json.ts';
import { features, type Feature, type Version } from './features.ts';
import type { Answer } from './send.ts';

/** What was found out about a server. */
export interface Detection {
  dialect: Dialect;
  /** False for a guess: nothing answered like an admin API. */
  isCertain: boolean;
}

/** How to talk to a server, depending on its version. */
export interface Dialect {
  /** Goes before the path of every operation except version and health. */
  prefix: '' | '/admin';
  /** `undefined` if it is not known, because the server does not report its version. */
  has: Record<Feature, boolean | undefined>;
}

/**
 * @param version such as `v26.2.0`, with or without the `v` and a suffix; parts left out mean the
 *   newest
 * @returns `undefined` if it is not a version: servers that somebody built from source say `master`
 */
export function dialectOf(version: string): Dialect | undefined {
  const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(version)?.slice(1);
  if (!parts) return undefined;
  const [major = 0, minor = 0, patch = 0] = parts.map((part) =>
    part === undefined ? Infinity : Number(part),
  );
  return dialectFor([[major, minor, patch]]);
}

/** For a server that has one of these versions; they all have the same prefix. */
function dialectFor(versions: Version[]): Dialect {
  const has = (isIn: (version: Version) => boolean) => {
    if (versions.every(isIn)) return true;
    return versions.some(isIn) ? undefined : false;
  };
  const entries = Object.entries(features).map(([name, { isIn }]) => [name, has(isIn)]);
  return {
    prefix: versions.every(([major]) => major < 2) ? '' : '/admin',
    has: Object.fromEntries(entries),
  };
}

/** Servers that do not report their version count as the newest of their family. */
const families = {
  v1: dialectOf('1')!,
  v2: dialectOf('2.3')!,
  v25: dialectOf('25')!,
  // Any server of 2.0 or later: send only what all of them accept.
  unsure: dialectFor([
    [2, 0, 0],
    [2, 3, 0],
    [25, 4, 0],
  ]),
};

/**
 * Detects how to talk to a server: by its version or, if it hides the version or says `master`, by
 * two requests for a login request that cannot exist, with the prefix and without.
 * @param get sends a GET below the admin address; returns `undefined` for a malformed answer
 * @throws what `get` throws
 */
export async function detectDialect(
  get: (path: string) => Promise<Answer | undefined>,
): Promise<Detection> {
  const reported = dialectOf(versionIn(await get('/version')) ?? '');
  if (reported) return { dialect: reported, isCertain: true };
  const path = '/oauth2/auth/requests/login?login_challenge=x';
  const [prefixed, plain] = await Promise.all([get(`/admin${path}`), get(path)]);
  if (plain && isSentToPrefix(plain)) return { dialect: families.v2, isCertain: true };
  const isPlainServed = isServed(plain);
  // A gateway that limits one of the two says nothing about the server.
  if (isPutOff(prefixed) || isPutOff(plain)) return { dialect: families.unsure, isCertain: false };
  if (!isServed(prefixed)) {
    return { dialect: isPlainServed ? families.v1 : families.unsure, isCertain: isPlainServed };
  }
  return { dialect: isPlainServed ? families.v25 : families.unsure, isCertain: true };
}

/** 2.0 to 2.3 redirect a path without the prefix, often to a host that does not exist. */
export function isSentToPrefix({ status, headers }: Answer): boolean {
  const isRedirect = status === 307 || status === 308;
  return isRedirect && String(headers['location']).includes('/admin/');
}

function versionIn(answer: Answer | undefined): string | undefined {
  const json = answer?.status === 200 ? parseJson(answer.body) : undefined;
  return isRecord(json) && typeof json['version'] === 'string' ? json['version'] : undefined;
}

function isPutOff(answer: Answer | undefined): boolean {
  return answer?.status === 429 || answer?.status === 503;
}

/** A missing operation is a 404 too, but then `error` is an object, or the body is not JSON. */
function isServed(answer: Answer | undefined): boolean {
  const json = answer && parseJson(answer.body);
  if (!isRecord(json)) return false;
  if (answer?.status === 200) return typeof json['challenge'] === 'string';
  return answer?.status === 404 && typeof json['error'] === 'string';
}
