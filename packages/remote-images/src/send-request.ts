import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { isIP } from 'node:net';
import type { Target } from './allowed-target.ts';

/** All that a request says. No cookie, no referrer, nothing about who asks. */
const headers = {
  Accept: 'image/webp, image/png, image/jpeg, image/svg+xml',
  'Accept-Encoding': 'identity',
  'User-Agent': 'remote-images',
};

/**
 * Sends a GET, in a connection of its own and without a proxy, because a proxy would find the address
 * of the host by itself.
 * @returns the answer, whose body is still to be read or destroyed
 * @throws Error of Node when there is none
 */
export function sendRequest(
  { url, ips }: Target,
  signal: AbortSignal,
  trusted?: string,
): Promise<IncomingMessage> {
  const options: RequestOptions & { ca?: string } = {
    agent: false,
    headers,
    signal,
    lookup: lookupOf(ips),
    ...(trusted !== undefined && { ca: trusted }),
  };
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end();
  });
}

/** Gives the connection the addresses that were checked: another lookup could find others. */
function lookupOf(ips: Target['ips']): NonNullable<RequestOptions['lookup']> {
  const addresses = ips.map((address) => ({ address, family: isIP(address) }));
  const [first] = addresses;
  return (_host, { all }, done) => {
    if (all) done(null, addresses);
    else done(null, first!.address, first!.family);
  };
}
