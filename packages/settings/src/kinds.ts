/**
 * The kinds of settings. Each function turns the text of a setting into its value, or returns
 * `undefined`.
 */
import { accessSync, constants, readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** The public address of a program, split into its parts. */
export interface BaseUrl {
  /** `https://example.org/auth`, never with a slash at the end. */
  href: string;
  origin: string;
  /** `/auth`, or empty. */
  path: string;
  /** `3000`; empty when it is the one that browsers use anyway. */
  port: string;
  isSecure: boolean;
  isLoopback: boolean;
}

export type TrustProxy = boolean | number | string[];

/** Any text. */
export function text(given: string): string {
  return given;
}

export function matching(pattern: RegExp) {
  return (given: string) => (pattern.test(given) ? given : undefined);
}

export function oneOf<const T extends string>(...allowed: T[]) {
  return (given: string) => allowed.find((value) => value === given);
}

/** A number without sign and fraction, within these limits. */
export function integer(least: number, most: number) {
  return (given: string) => {
    const value = /^\d{1,12}$/.test(given) ? Number(given) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
}

export function seconds(given: string): number | undefined {
  return integer(0, 2 ** 31 - 1)(given);
}

export function boolean(given: string): boolean | undefined {
  if (/^(true|1|on|yes)$/i.test(given)) return true;
  return /^(false|0|off|no)$/i.test(given) ? false : undefined;
}

/** An http(s) address. */
export function webLink(given: string): string | undefined {
  return URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) ? given : undefined;
}

/** Why an address should be https: others could read what a link to it carries. For `doubt`. */
export function plainLink(given: string): string | undefined {
  if (!URL.canParse(given)) return undefined;
  const { protocol, hostname } = new URL(given);
  if (protocol !== 'http:' || isLoopbackHost(hostname)) return undefined;
  return 'is not https: others can read the challenge that the link to it carries.';
}

/** An http(s) or mailto address. */
export function link(given: string): string | undefined {
  return /^mailto:[^@\s]+@[^@\s]+$/.test(given) ? given : webLink(given);
}

/** An http(s) address without user, query and fragment. Returns it without a slash at its end. */
export function address(given: string): string | undefined {
  const href = webLink(given);
  if (!href) return undefined;
  const url = new URL(href);
  if (url.username || url.password || url.search || url.hash) return undefined;
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** An address like `address`; http only on this machine. Its path holds no `;` and begins with one slash. */
export function baseUrl(given: string): BaseUrl | undefined {
  const href = address(given);
  if (!href) return undefined;
  const { origin, protocol, hostname, port } = new URL(href);
  const isLoopback = isLoopbackHost(hostname);
  const isSecure = protocol === 'https:';
  if (!isSecure && !isLoopback) return undefined;
  const path = href.slice(origin.length);
  // Links would lead to another host, and browsers would cut the path of a cookie.
  if (path.startsWith('//') || path.includes(';')) return undefined;
  return { href, origin, path, port, isSecure, isLoopback };
}

function isLoopbackHost(hostname: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** One line of printable ASCII. */
export function headerValue(given: string): string | undefined {
  return /^[\x20-\x7e]+$/.test(given) ? given : undefined;
}

/** Header names and values, as a JSON object. */
export function headers(given: string): Record<string, string> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(given);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const found: Record<string, string> = {};
  for (const [name, value] of Object.entries(parsed)) {
    const isName = /^[\w!#$%&'*+.^`|~-]+$/.test(name);
    if (!isName || typeof value !== 'string' || !headerValue(value)) return undefined;
    found[name] = value;
  }
  return found;
}

/** One or more secrets of at least 32 characters, separated by commas. */
export function secrets(given: string): string[] | undefined {
  const list = given.split(',').map((secret) => secret.trim());
  return list.every((secret) => secret.length >= 32) ? list : undefined;
}

const fewCharacters = 8;

/** Why one of these secrets is easy to guess; `undefined` if none looks so. For `doubt`. */
export function weakSecrets(given: string): string | undefined {
  const list = secrets(given) ?? [];
  if (list.some((secret) => new Set(secret).size < fewCharacters)) {
    return `has a secret of fewer than ${fewCharacters} different characters: make one by chance.`;
  }
  // A text that repeats itself is found in its double before its end.
  const isRepeated = list.some((secret) => (secret + secret).indexOf(secret, 1) < secret.length);
  return isRepeated ? 'has a secret that repeats a shorter one: make one by chance.' : undefined;
}

/** A number of proxies, true, false, or their addresses and networks, as Express takes them. */
export function trustProxy(given: string): TrustProxy | undefined {
  if (/^\d+$/.test(given)) return Number(given);
  if (/^(true|false)$/.test(given)) return given === 'true';
  const list = given.split(',').map((entry) => entry.trim());
  const isProxy = (entry: string) =>
    /^(loopback|linklocal|uniquelocal)$/.test(entry) || isAddressOrNetwork(entry);
  return list.every(isProxy) ? list : undefined;
}

/** Addresses and networks, separated by commas. */
export function networks(given: string): string[] | undefined {
  const list = given.split(',').map((entry) => entry.trim());
  return list.every((entry) => isAddressOrNetwork(entry)) ? list : undefined;
}

function isAddressOrNetwork(entry: string): boolean {
  const [address = '', prefix = '0', ...more] = entry.split('/');
  const longest = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= longest;
}

/** The path of a file that can be read. */
export function readable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return path;
  } catch {
    return undefined;
  }
}

/** The content of the file with this path. */
export function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** A colour such as `#0b5a7d`, in small letters. */
export function colour(given: string): string | undefined {
  return /^#[\da-f]{6}$/i.test(given) ? given.toLowerCase() : undefined;
}

export { icon, logo } from './pictures.ts';
