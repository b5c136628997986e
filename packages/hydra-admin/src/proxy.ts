import { BlockList, isIP } from 'node:net';
import type { HydraConfig } from './hydra-config.ts';

/** Which proxies to use, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say it. */
export interface ProxyConfig {
  /** For an admin address with https: an http(s) address, may have a user and a password. */
  https?: string | undefined;
  /** For an admin address with http. */
  http?: string | undefined;
  /** Hosts to reach directly: names, addresses and networks, separated by commas; `*` for all. */
  except?: string | undefined;
}

/** The proxy on the way to the admin API; `undefined` if there is none. */
export function proxyOf({ adminUrl, proxy }: Pick<HydraConfig, 'adminUrl' | 'proxy'>) {
  const { protocol, hostname, port } = new URL(adminUrl);
  const isSecure = protocol === 'https:';
  const address = isSecure ? proxy?.https : proxy?.http;
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase();
  if (!address || isHere(host)) return undefined;
  const own = { host, port: port || (isSecure ? '443' : '80') };
  const entries = (proxy?.except ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean);
  return entries.some((entry) => covers(entry, own)) ? undefined : new URL(address);
}

/** The value of `Proxy-Authorization`; `undefined` for a proxy without a user. */
export function proxyAuthorization({ username, password }: URL): string | undefined {
  if (!username && !password) return undefined;
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return `Basic ${Buffer.from(user).toString('base64')}`;
}

/** No proxy leads back to this machine. */
function isHere(host: string): boolean {
  return /^(localhost|.+\.localhost|127(\.\d+){3}|::1)$/.test(host);
}

/** @param entry `example.org` and `.example.org` cover subdomains, too; any may have a port */
function covers(entry: string, own: { host: string; port: string }): boolean {
  if (entry === '*') return true;
  if (entry.includes('/')) return isInNetwork(own.host, entry);
  const isBareIPv6 = isIP(entry) === 6;
  const [, inBrackets, plain, port] = isBareIPv6
    ? ['', entry]
    : (/^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(entry) ?? []);
  const name = (inBrackets ?? plain ?? entry).replace(/^\*?\./, '');
  if (port !== undefined && port !== own.port) return false;
  return own.host === name || (isIP(own.host) === 0 && own.host.endsWith(`.${name}`));
}

function isInNetwork(host: string, network: string): boolean {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const longest = family === 'ipv6' ? 128 : 32;
  const isNetwork = isIP(address) > 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= longest;
  if (!isNetwork || isIP(host) !== isIP(address)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family);
  return list.check(host, family);
}
