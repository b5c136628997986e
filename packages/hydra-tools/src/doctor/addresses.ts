/** What addresses tell about each other. */

const loopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;

export function isLoopback(address: string): boolean {
  return loopback.test(new URL(address).hostname);
}

export function isSecure(address: string): boolean {
  return new URL(address).protocol === 'https:';
}

/** The same but for its query, and for a slash at its end. */
export function isSamePlace(one: string, other: string): boolean {
  return withoutQuery(one) === withoutQuery(other);
}

export function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address);
  return origin + pathname.replace(/\/+$/, '');
}

/** Two names of this machine, which cookies take for two hosts. */
export function areTwoNamesOfOneHost(one: string, other: string): boolean {
  const [a, b] = [new URL(one), new URL(other)];
  return a.hostname !== b.hostname && isLoopback(one) && isLoopback(other);
}

/** The page that the server shows where no address was configured. */
export function isFallbackPage(address: string): boolean {
  return new URL(address).pathname.includes('/oauth2/fallbacks/');
}
