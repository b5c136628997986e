import { isIP } from 'node:net';

/**
 * The first scope that is not allowed, if any. A part of an allowed scope that is `*` stands for
 * one part, and for all that follow when it is the last.
 */
export function forbiddenScope(allowed: string[], requested: string[]): string | undefined {
  const patterns = allowed.map((scope) => {
    const literal = scope.replace(/[\\^$+?.()|[\]{}]/g, '\\$&');
    return new RegExp(`^${literal.replace(/\*$/, '.+').replaceAll('*', '[^.]+')}$`);
  });
  return requested.find((scope) => !patterns.some((pattern) => pattern.test(scope)));
}

/** The first audience that is neither allowed nor below an allowed address, if any. */
export function forbiddenAudience(allowed: string[], requested: string[]): string | undefined {
  return requested.find((audience) => {
    const isBelow = (root: string) => audience.startsWith(`${root.replace(/\/+$/, '')}/`);
    return !allowed.some((root) => audience === root || (URL.canParse(root) && isBelow(root)));
  });
}

/**
 * The address that the answer goes to (OAuth 2.0 3.1.2.3): the requested one when it is registered,
 * on a loopback address with any port (RFC 8252 7.3), or the only registered one when none is
 * given.
 */
export function allowedRedirectUri(
  registered: string[],
  requested: string | null,
): string | undefined {
  const only = registered.length === 1 ? registered[0] : undefined;
  const wanted = requested || only;
  if (!wanted || !URL.canParse(wanted) || wanted.includes('#')) return undefined;
  const isRegistered = registered.some((uri) => uri === wanted || isSameButForPort(uri, wanted));
  return isRegistered ? wanted : undefined;
}

function isSameButForPort(registered: string, requested: string): boolean {
  if (!URL.canParse(registered) || !URL.canParse(requested)) return false;
  const [one, other] = [new URL(registered), new URL(requested)];
  return (
    other.protocol === 'http:' &&
    isLoopbackAddress(other.hostname) &&
    one.hostname === other.hostname &&
    one.pathname === other.pathname &&
    one.search === other.search
  );
}

/**
 * Whether only the right program can receive what is sent there: https, or http on this machine.
 */
export function isSafeRedirectUri(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  const isLocal = /(^|\.)localhost$/.test(hostname) || isLoopbackAddress(hostname);
  return protocol === 'https:' || (protocol === 'http:' && isLocal);
}

function isLoopbackAddress(hostname: string): boolean {
  return hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
}
