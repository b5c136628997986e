import { isIP, SocketAddress } from 'node:net';
import type { Request, RequestHandler } from 'express';

/** More than there are proxies in front of any site: the rest was made up, and reading it takes time. */
const mostForwarded = 32;
/** How translators write IPv4 addresses in IPv6 (RFC 6052, section 2.1, and RFC 2765, section 2.1). */
const translated = /^(?:64:ff9b::|::ffff:0:)(?:([\da-f]{1,4}):)?([\da-f]{1,4})$/;

/**
 * The address of a browser, without port, brackets and zone. IPv4 addresses in IPv6 form are written
 * as IPv4, IPv6 addresses in their shortest form.
 * @returns `undefined` when the text is no address
 */
export function bareAddress(text: string): string | undefined {
  if (isIP(text) === 4) return text;
  const unquoted = text.trim().replace(/^"(.*)"$/, '$1');
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(unquoted)?.[1];
  const withoutPort = /^([\d.]+):\d+$/.exec(unquoted)?.[1];
  const [address = ''] = (bracketed ?? withoutPort ?? unquoted).split('%');
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : undefined;
  const canonical = new SocketAddress({ address, family: 'ipv6' }).address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(canonical)?.[1];
  return mapped ?? translatedAddress(canonical) ?? canonical;
}

/** The IPv4 address in one of a translator: all of them together would count as one network. */
function translatedAddress(canonical: string): string | undefined {
  const [, high = '0', low] = translated.exec(canonical) ?? [];
  if (low === undefined) return undefined;
  const bytes = Buffer.from(high.padStart(4, '0') + low.padStart(4, '0'), 'hex');
  return bytes.join('.');
}

/**
 * Drops ports and brackets from `X-Forwarded-For`, which some proxies write, and whatever is no
 * address. Express would take each port for another browser, and know no trusted proxy by its address.
 */
export const forwardedAddresses: RequestHandler = function forwardedAddresses(req, _res, next) {
  const given = req.headers['x-forwarded-for'];
  if (typeof given === 'string') {
    // Not left empty: Express skips what is empty, and would believe what stands before it.
    const addresses = given
      .split(',')
      .slice(-mostForwarded)
      .map((entry) => bareAddress(entry) ?? 'unknown');
    req.headers['x-forwarded-for'] = addresses.join(',');
  }
  next();
};

/**
 * The address of the browser that sent this request, as far as TRUST_PROXY tells. Limits and the audit
 * trail use it.
 * @returns an empty text when the proxy did not name an address
 */
export function clientAddress(req: Request): string {
  return bareAddress(req.ip ?? '') ?? '';
}

/**
 * The networks that an address counts for, from the narrowest: an IPv4 address alone; an IPv6 address
 * as its /64, which one customer has, then its /56 and its /48, which one customer may have as well.
 * @param address as `clientAddress` gives it
 */
export function networksOf(address: string): [one: string, ...wider: string[]] {
  if (isIP(address) !== 6) return [address];
  const [head = '', tail = ''] = address.split('::');
  const before = head ? head.split(':') : [];
  const after = tail ? tail.split(':') : [];
  const zeros = Array.from({ length: Math.max(0, 8 - before.length - after.length) }, () => '0');
  const [a, b, c, d = '0'] = [...before, ...zeros, ...after];
  const wide = (Number.parseInt(d, 16) & 0xff00).toString(16);
  return [`${a}:${b}:${c}:${d}::/64`, `${a}:${b}:${c}:${wide}::/56`, `${a}:${b}:${c}::/48`];
}
