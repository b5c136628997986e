import { isRecord, jsonOf } from './answers.ts';
import type { Answer } from './send.ts';

/** What must be known of a server's version to speak with it. */
export interface Dialect {
  /** In front of all operations but version and health, which stand at the root in every version. */
  prefix: '' | '/admin';
  /** Older servers refuse the whole answer for a member that they do not know. */
  mayHave: Record<NewMember, boolean>;
}

/** Members of an accepted login that came late. */
export type NewMember = keyof typeof since;

const since = {
  amr: [1, 10, 7],
  extend_session_lifespan: [2, 1, 0],
} as const;

/**
 * @param version `v26.2.0`, with or without the `v` and a suffix; parts left out mean the newest
 * @returns `undefined` when it is no version: builds of one's own say `master`
 */
export function dialectOf(version: string): Dialect | undefined {
  const parts = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:[-+].*)?$/.exec(version)?.slice(1);
  if (!parts) return undefined;
  const numbers = parts.map((part) => (part === undefined ? Infinity : Number(part)));
  return {
    prefix: isAtLeast(numbers, [2, 0, 0]) ? '/admin' : '',
    mayHave: {
      amr: isAtLeast(numbers, since.amr),
      extend_session_lifespan: isAtLeast(numbers, since.extend_session_lifespan),
    },
  };
}

function isAtLeast(version: readonly number[], least: readonly number[]): boolean {
  const differing = least.findIndex((part, index) => part !== version[index]);
  return differing < 0 || version[differing]! > least[differing]!;
}

/** What to assume of a server that does not tell its version: the newest that it can be. */
const families = {
  v1: dialectOf('1')!,
  v2: dialectOf('2.3')!,
  v25: dialectOf('25')!,
  // Some server of 2.0 or later: only the body that all of them take.
  unsure: dialectOf('2.0')!,
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
  const json = answer?.status === 200 ? jsonOf(answer.body) : undefined;
  return isRecord(json) && typeof json['version'] === 'string' ? json['version'] : undefined;
}

/** Is the operation there? A missing one says 404 too, but `error` is an object then, or no JSON. */
function isServed(answer: Answer | undefined): boolean {
  const json = answer && jsonOf(answer.body);
  if (!isRecord(json)) return false;
  if (answer?.status === 200) return typeof json['challenge'] === 'string';
  return answer?.status === 404 && typeof json['error'] === 'string';
}
