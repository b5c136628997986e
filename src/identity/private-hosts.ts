import { BlockList, isIP } from 'node:net';

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

/** Whether this name or address, without brackets, is this machine's own. */
export function isLoopback(host: string): boolean {
  return /^(.+\.)?localhost$/.test(host) || isIn(own, host);
}

/**
 * Whether only a private network has this host: an address that the internet does not have, a name
 * without a dot, or with an end that the internet does not have.
 */
export function isPrivate(host: string): boolean {
  if (isIP(host)) return isIn(near, host);
  return !host.includes('.') || /\.(internal|local|lan|svc|home\.arpa)$/.test(host);
}

function isIn(list: BlockList, host: string): boolean {
  const family = isIP(host);
  return family !== 0 && list.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
