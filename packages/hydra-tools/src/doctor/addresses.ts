/** Comparisons of addresses. */

const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

export function isLoopback(address: string): boolean {
  return loopback.test(new URL(address).hostname);
}

export function isSecure(address: string): boolean {
  return new URL(address).protocol === 'https:';
}

/** True if they differ only in the query or a slash at the end. */
export function isSamePlace(one: string, other: string): boolean {
  return withoutQuery(one) === withoutQuery(other);
}

export function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname.replace(/\/+$/, '');
}

/** True for `localhost` and `127.0.0.1`: one machine, but two hosts to cookies. */
export function areTwoNamesOfOneHost(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  return a.hostname !== b.hostname && isLoopback(one) && isLoopback(other);
}

/** True for the placeholder page that the server shows if no address is configured. */
export function isFallbackPage(address: string): boolean {
  return new URL(address).pathname.includes('/oauth2/fallbacks/');
}
