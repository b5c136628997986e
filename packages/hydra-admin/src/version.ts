import { isRecord, parseJson } from './json.ts';
import { features, type Feature, type Version } from './features.ts';
import type { Answer } from './send.ts';

/** What must be known of a server's version to speak with it. */
export interface Dialect {
  /** In front of all operations but version and health, which stand at the root in every version. */
  prefix: '' | '/admin';
  /** `undefined` when it could be either: a server need not tell its version. */
  has: Record<Feature, boolean | undefined>;
}

/**
 * @param version `v26.2.0`, with or without the `v` and a suffix; parts left out mean the newest
 * @returns `undefined` when it is no version: builds of one's own say `master`
 */
export function dialectOf(version: string): Dialect | undefined {
  const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(version)?.slice(1);
  if (!parts) return undefined;
  const [major = 0, minor = 0, patch = 0] = parts.map((part) =>
    part === undefined ? Infinity : Number(part),
  );
  return dialectFor([[major, minor, patch]]);
}

/** How to speak with a server that is of one of these versions, all of one prefix. */
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

/** What to assume of a server that does not tell its version: the newest that it can be. */
const families = {
  v1: dialectOf('1')!,
  v2: dialectOf('2.3')!,
  v25: dialectOf('25')!,
  // Some server of 2.0 or later: only the body that all of them take.
  unsure: dialectFor([
    [2, 0, 0],
    [2, 3, 0],
    [25, 4, 0],
  ]),
};

/**
 * Finds out how a server wants to be spoken to: by its version, or else, when it hides it or says
 * `master`, by asking for a login request that cannot exist, with the prefix and without.
 * @param get GET below the admin address; `undefined` for an answer that is none
 * @returns what fits best; `isCertain` is false when nothing there answered like an admin API
 * @throws what `get` throws: then nobody can tell
 */
export async function detectDialect(
  get: (path: string) => Promise<Answer | undefined>,
): Promise<{ dialect: Dialect; isCertain: boolean }> {
  const told = dialectOf(versionIn(await get('/version')) ?? '');
  if (told) return { dialect: told, isCertain: true };
  const path = '/oauth2/auth/requests/login?login_challenge=x';
  const [prefixed, plain] = await Promise.all([get(`/admin${path}`), get(path)]);
  if (plain && isSentToPrefix(plain)) return { dialect: families.v2, isCertain: true };
  const isPlainServed = isServed(plain);
  if (!isServed(prefixed)) {
    return { dialect: isPlainServed ? families.v1 : families.unsure, isCertain: isPlainServed };
  }
  return { dialect: isPlainServed ? families.v25 : families.unsure, isCertain: true };
}

/** 2.0 to 2.3 answer a path without the prefix with a 307, often to a host that does not exist. */
export function isSentToPrefix({ status, headers }: Answer): boolean {
  const isRedirect = status === 307 || status === 308;
  return isRedirect && String(headers['location']).includes('/admin/');
}

function versionIn(answer: Answer | undefined): string | undefined {
  const json = answer?.status === 200 ? parseJson(answer.body) : undefined;
  return isRecord(json) && typeof json['version'] === 'string' ? json['version'] : undefined;
}

/** Is the operation there? A missing one says 404 too, but `error` is an object then, or no JSON. */
function isServed(answer: Answer | undefined): boolean {
  const json = answer && parseJson(answer.body);
  if (!isRecord(json)) return false;
  if (answer?.status === 200) return typeof json['challenge'] === 'string';
  return answer?.status === 404 && typeof json['error'] === 'string';
}
