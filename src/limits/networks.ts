/** The limits for addresses and for the networks that they are in. */
import { BlockList, isIP } from 'node:net';
import { networksOf } from '../web/client-address.ts';
import type { Stake } from './admission.ts';
import type { LimitHome } from './limit-home.ts';
import { doubling } from './limit-rule.ts';

/** In seconds. Nobody is sent away from a whole network for longer: others there are innocent. */
const longestPause = 60;

/** As `networksOf` orders them, with how many times as much a wider network of IPv6 may do. */
const widths = [
  { name: 'address', times: 1, mostKeys: 10_000 },
  { name: 'network_56', times: 4, mostKeys: 5_000 },
  { name: 'network_48', times: 16, mostKeys: 2_500 },
] as const;

/**
 * A limit for each address, and looser ones for the wider networks of an IPv6 address.
 * @param rule `tries` wrong attempts in `seconds` from one address; `prefix` begins the names
 * @param trustedNetworks addresses, or networks such as `10.0.0.0/8`, that have no limit
 */
export function createNetworkLimits(
  { tries, seconds, prefix = '' }: { tries: number; seconds: number; prefix?: string },
  trustedNetworks: readonly string[],
  { createLimit }: Pick<LimitHome, 'createLimit'>,
) {
  const isTrusted = createNetworkMatcher(trustedNetworks);
  const limits = widths.map(({ name, times, mostKeys }) =>
    createLimit({
      name: `${prefix}${name}`,
      mostKeys,
      tries: times * tries,
      pause: doubling(1, longestPause),
      forgets: { how: 'steadily', seconds },
    }),
  );

  return {
    limits,
    stakesOf(address: string): Stake[] {
      if (isTrusted(address)) return [];
      const networks = networksOf(address);
      const group = networks.at(-1)!;
      return networks.map((key, index) => ({
        limit: limits[index]!,
        key,
        group,
        isClearedOnSuccess: false,
      }));
    },
  };
}

function createNetworkMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  };
}
