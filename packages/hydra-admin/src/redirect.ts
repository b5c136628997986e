import { isRecord, parseJson } from './json.ts';
import { MalformedAnswer } from './schema.ts';

/**
 * Where the browser should go next, as an answer's `redirect_to` says it.
 * @param publicUrl the server's public address, for a relative one, as a used logout request gives;
 *   without it a relative one stays as it is
 * @returns `undefined` when it is neither http(s) nor relative
 */
export function redirectIn(body: string, publicUrl: string | undefined): string | undefined {
  const json = parseJson(body);
  const target = isRecord(json) ? json['redirect_to'] : undefined;
  // Blanks and control characters are never sent unescaped, but they hide a scheme from a check.
  if (typeof target !== 'string' || !/^[^\0-\x20\x7f]+$/.test(target)) return undefined;
  if (/^https?:\/\//i.test(target)) return URL.canParse(target) ? target : undefined;
  if (/^[a-z][a-z\d+.-]*:/i.test(target) || !staysOnServer(target)) return undefined;
  return publicUrl === undefined ? target : publicUrl + target.replace(/^(?!\/)/, '/');
}

/** @throws MalformedAnswer when there is no usable one */
export function readRedirect(body: string, publicUrl: string | undefined): string {
  const target = redirectIn(body, publicUrl);
  if (target === undefined)
    throw new MalformedAnswer('"redirect_to" is neither http(s) nor relative');
  return target;
}

/** Relative, but not to another host, as `//host` and `/\host` are. */
function staysOnServer(target: string): boolean {
  const base = 'http://server.invalid';
  return URL.canParse(target, base) && new URL(target, base).origin === base;
}
