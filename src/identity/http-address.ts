import { BlockList, isIP } from 'node:net';
import { kind } from '@portico/settings';

const own = new BlockList();
own.addSubnet('127.0.0.0', 8);
own.addAddress('::1', 'ipv6');

const near = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  near.addSubnet(network, prefix);
}
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

/** An address as `kind.address`; http only for this machine and for hosts that a private network has. */
export function peopleApiAddress(given: string): string | undefined {
  const href = kind.address(given);
  if (!href || href.startsWith('https:')) return href;
  const host = hostOf(href);
  return isLoopback(host) || isPrivate(host) ? href : undefined;
}

/** Why an http address is not a good one: passwords go to it. For `doubt`. */
export function plainPeopleApi(given: string): string | undefined {
  const href = kind.address(given);
  if (!href || href.startsWith('https:') || isLoopback(hostOf(href))) return undefined;
  return 'is not https: whoever sees that network can read the passwords that go to it.';
}

const hostOf = (href: string) => new URL(href).hostname.replace(/^\[|\]$/g, '');

function isLoopback(host: string): boolean {
  return /^(.+\.)?localhost$/.test(host) || isIn(own, host);
}

/** A name without a dot, or with an end that the internet does not have. */
function isPrivate(host: string): boolean {
  if (isIP(host)) return isIn(near, host);
  return !host.includes('.') || /\.(internal|local|lan|svc|home\.arpa)$/.test(host);
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
