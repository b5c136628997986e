import { isIP } from 'node:net';
import { ImageFault } from './image-fault.ts';
import { isPublicAddress } from './public-address.ts';
import type { Resolve } from './resolve-host.ts';

/** Where a request may go: the address was checked, and the connection goes to one of `ips`. */
export interface Target {
  url: URL;
  ips: [string, ...string[]];
}

export const longestAddress = 2_000;
const loopbackName = /^(?:.+\.)?localhost\.?$/;
const loopbackIp = /^(?:127(?:\.\d+){3}|::1)$/;

/**
 * The address as a URL, if it may be asked at all.
 * @param mayBeLoopback allows http, and any port, on this machine
 * @throws ImageFault `address`
 */
export function allowedUrl(address: string, mayBeLoopback: boolean): URL {
  const url = urlOf(address);
  const hasPassword = url.username !== '' || url.password !== '';
  if (hasPassword || url.href.length > longestAddress) throw new ImageFault('address');
  if (mayBeLoopback && isLoopback(url) && /^https?:$/.test(url.protocol)) return url;
  // The usual port is left out by `URL`.
  if (url.protocol !== 'https:' || url.port !== '') throw new ImageFault('address');
  return url;
}

/**
 * Finds where a URL leads, and allows only hosts all of whose addresses are in the public internet.
 * @param mayBeLoopback allows this machine, too
 * @throws ImageFault `private_address`, `unknown_host`
 */
export async function targetOf(
  url: URL,
  options: { mayBeLoopback: boolean; resolve: Resolve; signal: AbortSignal },
): Promise<Target> {
  const { mayBeLoopback, resolve, signal } = options;
  const host = hostOf(url);
  if (mayBeLoopback && isLoopback(url)) {
    return { url, ips: isIP(host) ? [host] : ['127.0.0.1', '::1'] };
  }
  const [first, ...others] = isIP(host) ? [host] : await resolve(host, signal);
  if (first === undefined) throw new ImageFault('unknown_host');
  const ips: Target['ips'] = [first, ...others];
  if (!ips.every(isPublicAddress)) throw new ImageFault('private_address');
  return { url, ips };
}

/** Whether a URL names this machine, whatever name servers say. */
export function isLoopback(url: URL): boolean {
  const host = hostOf(url);
  return isIP(host) ? loopbackIp.test(host) : loopbackName.test(host);
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '');
}

function urlOf(address: string): URL {
  try {
    return new URL(address);
  } catch {
    throw new ImageFault('address');
  }
}
