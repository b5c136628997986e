import { BlockList, isIP } from 'node:net';

type Network = [address: string, bits: number];

/**
 * Networks of IPv4 that are not in the public internet.
 * @see https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const special4: Network[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10], // behind the NAT of a provider
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // what Azure tells its machines
  ['169.254.0.0', 16], // link-local, and what most clouds tell their machines
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
];

/**
 * All of IPv6 that is given out, and what in it is not in the public internet, or leads to an IPv4
 * address that it hides (6to4, Teredo).
 * @see https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const given6: Network[] = [['2000::', 3]];
const special6: Network[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

/** How a network without IPv4 reaches it: the last 32 bits are the address (RFC 6052). */
const translated: Network[] = [['64:ff9b::', 96]];

const isIn = (networks: Network[], family: 'ipv4' | 'ipv6') => {
  const list = new BlockList();
  for (const [address, bits] of networks) list.addSubnet(address, bits, family);
  return (address: string): boolean => list.check(address, family);
};

const isSpecial4 = isIn(special4, 'ipv4');
const isGiven6 = isIn(given6, 'ipv6');
const isSpecial6 = isIn(special6, 'ipv6');
const isTranslated = isIn(translated, 'ipv6');

/** Whether an IP address is in the public internet. What is no IP address is not. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return !isSpecial4(address);
  // A zone, as in `fe80::1%eth0`, names a link of this machine.
  if (isIP(address) !== 6 || address.includes('%')) return false;
  if (isTranslated(address)) return isPublicAddress(last32BitsOf(address));
  return isGiven6(address) && !isSpecial6(address);
}

function last32BitsOf(address: string): string {
  // A URL writes the address without dots.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':');
  const bits = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return bits.flatMap((value) => [value >> 8, value & 255]).join('.');
}
