import { kind } from '@portico/settings';
import { isLoopback, isPrivate } from './private-hosts.ts';

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
