import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { inspect } from 'node:util';

/** Where a database is. Shown or put into JSON, it says its kind only: its text may hold a password. */
export interface DatabaseAddress {
  kind: 'postgres' | 'pglite';
  /** The folder of PGlite, absolute; `undefined` for PostgreSQL. */
  folder: string | undefined;
  /** The whole text, for whoever connects. */
  secretText(): string;
}

/**
 * Reads the address of a database.
 * @param text `postgres://user:password@host:5432/name?sslmode=verify-full` (also `postgresql://`), or
 *   `pglite:./folder`
 * @returns `undefined` when it is neither
 */
export function databaseAddress(text: string): DatabaseAddress | undefined {
  const [, folder] = /^pglite:(?!\/\/)(.+)$/su.exec(text) ?? [];
  if (folder !== undefined) return addressOf('pglite', text, resolve(folder));
  return isPostgres(text) ? addressOf('postgres', text) : undefined;
}

/** Why a correct address is not a good one, as the end of a sentence that begins with its name. */
export function databaseDoubt(text: string): string | undefined {
  if (!isPostgres(text)) return undefined;
  const { hostname, searchParams } = urlOf(text);
  const mode = searchParams.get('sslmode');
  const isLikeLibpq = searchParams.get('uselibpqcompat') === 'true';
  const isTaken = mode === 'prefer' || mode === 'require' || mode === 'verify-ca';
  if (isTaken && !isLikeLibpq) {
    return `has sslmode=${mode}, which is taken for verify-full: write sslmode=verify-full.`;
  }
  const isUnproven = isLikeLibpq && (mode === 'prefer' || mode === 'require');
  if (mode === 'no-verify' || (isUnproven && !searchParams.has('sslrootcert'))) {
    return `has sslmode=${mode}: whoever is on the way can pose as the database.`;
  }
  const hasTls = (mode !== null && mode !== 'disable') || isOn(searchParams.get('ssl'));
  // The driver takes a host in the parameters before the other one: a name, or the folder of a socket.
  if (hasTls || !isFarAway(searchParams.get('host') ?? hostname)) return undefined;
  return 'has no sslmode=verify-full: what people are and their password hashes travel in the clear.';
}

const isOn = (ssl: string | null): boolean => ssl !== null && ssl !== '0';

function addressOf(kind: DatabaseAddress['kind'], text: string, folder?: string): DatabaseAddress {
  const shown = { kind, folder };
  const address = { ...shown, secretText: () => text, toJSON: () => shown };
  return Object.defineProperty(address, inspect.custom, { value: () => shown });
}

function isPostgres(text: string): boolean {
  if (!/^postgres(ql)?:\/\/\S+$/i.test(text) || !URL.canParse(withHost(text))) return false;
  const { hostname, port, pathname } = urlOf(text);
  // The driver knows neither a list of hosts nor a database whose name is a path.
  return !hostname.includes(',') && port !== '0' && !pathname.slice(1).includes('/');
}

function urlOf(text: string): URL {
  return new URL(withHost(text));
}

/** `postgres://user@/name?host=/run/postgresql`, as the driver takes it, is no URL to Node. */
function withHost(text: string): string {
  return text.replace('@/', '@localhost/');
}

/** Outside of this machine, and not in a network whose names have no dot. */
function isFarAway(hostname: string): boolean {
  if (hostname.startsWith('/')) return false;
  const isPrivate =
    /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\.|\.(local|localhost|internal|svc|lan|home\.arpa)$/.test(
      hostname,
    );
  const host = hostname.replace(/^\[(.+)\]$/, '$1');
  if (isIPv6(host)) return !/^(::1$|f[cd])/i.test(host);
  return host.includes('.') && !isPrivate;
}
