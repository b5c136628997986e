import { isRecord, parseJson } from './json.ts';
import { MalformedAnswer } from './schema.ts';

/**
 * Reads `redirect_to`, the address that the browser must visit next.
 * @param publicUrl the server's public address. It resolves a relative address, such as a used
 *   logout request gives; without it the address stays relative
 * @returns `undefined` if the address is neither http(s) nor relative
 */
export function redirectIn(body: string, publicUrl: string | undefined): string | undefined {
  const json = parseJson(body);
  const target = isRecord(json) ? json['redirect_to'] : undefined;
  // No server sends blanks or control characters, and they could hide a scheme from the check.
  if (typeof target !== 'string' || !/^[^\0-\x20\x7f]+$/.test(target)) return undefined;
  if (/^https?:\/\//i.test(target)) return URL.canParse(target) ? target : undefined;
  if (/^[a-z][a-z\d+.-]*:/i.test(target) || !staysOnServer(target)) return undefined;
  return publicUrl === undefined ? target : publicUrl + target.replace(/^(?!\/)/, '/');
}

/** @throws MalformedAnswer if there is no usable address */
export function readRedirect(body: string, publicUrl: string | undefined): string {
  const target = redirectIn(body, publicUrl);
  if (target === undefined)
    throw new MalformedAnswer('"redirect_to" is neither http(s) nor relative');
  return target;
}

/** False for `//host` and `/\host`, which lead to another host. */
function staysOnServer(target: string): boolean {
  const base = 'http://server.invalid';
  return URL.canParse(target, base) && new URL(target, base).origin === base;
}
