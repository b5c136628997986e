import { redirectUriOf } from '@portico/hydra-admin';
import { initialOf } from '../screens/initial-of.ts';
import { shorten } from '../screens/shorten.ts';
import { visibleText, visibleValue } from '../screens/visible-text.ts';
import type { ClientBrand } from './client-brand.ts';

/** An app as our screens show it. */
export interface AppView {
  /** At most 60 characters, see `visibleText`. */
  name: string;
  initial: string;
  /** 1 to 6: the colour of its mark. */
  hue: number;
  /** Where browsers get its logo, if somebody has checked it and it has one: see `ClientLogos`. */
  logo?: string | undefined;
  /** Where the answer goes, see `returnHostOf`; none in a device flow. */
  host?: string | undefined;
  /** What an app calls itself that imitates the house: `name` is its host then. */
  claimedName?: string | undefined;
  /** Of a checked client, for its own sign-in and consent, see `clientBrand`. */
  brand?: ClientBrand | undefined;
  /** Its website, or that of its first redirect address; none for an app on the person's machine. */
  href?: string | undefined;
}

export interface Client {
  client_id: string;
  client_name?: string;
  client_uri?: string;
  redirect_uris?: string[] | null;
}

const longestName = 60;
/** Of a name or an id. Far beyond what is shown: the rest is not worth the time to make it fit for that. */
const longestRead = 2_000;
const longestAddress = 2_000;
const loopback =
  /^(localhost\.?|.+\.localhost\.?|127(\.\d+){3}|0\.0\.0\.0|\[::1?\]|\[::ffff:(7f[\da-f]{2}:[\da-f]{1,4}|0:0)\])$/;

/** An app as its client describes it. Without a name that can be seen, it is shown by its id. */
export function appView(client: Client): AppView {
  const given = visibleText(client.client_name?.slice(0, longestRead));
  const name = shorten(given || visibleValue(client.client_id.slice(0, longestRead)), longestName);
  const href = webAddress(client.client_uri) ?? siteOf(client.redirect_uris ?? []);
  return { name, initial: initialOf(name), hue: hueOf(client.client_id), ...(href && { href }) };
}

/**
 * An app that nobody has checked and that calls itself like the house: its host takes the place of its
 * name everywhere, and nothing leads to an address that it only claims.
 * @param nameless the words for an app without a host: `lookalike.app`
 */
export function imitationView(
  client: Client,
  { host, nameless }: { host: string | undefined; nameless: string },
): AppView {
  const { name: claimedName, hue } = appView(client);
  const href = siteOf(client.redirect_uris ?? []);
  return {
    name: host ?? nameless,
    initial: '?',
    hue,
    claimedName,
    ...(host && { host }),
    ...(href && { href }),
  };
}

/** The address, if it is safe as a link: clients can write anything here. */
export function webAddress(address: string | undefined): string | undefined {
  if (!address) return undefined;
  const url = urlOf(address);
  if (!url || !isWeb(url)) return undefined;
  const { href, username, password } = url;
  // What stands before an `@` looks like the host, and is not.
  if (username || password || href.length > longestAddress) return undefined;
  // As its owner writes it, unless it has letters that a browser may show otherwise. A browser reads
  // "https:path" on our pages as a path of ours.
  return /^https?:\/\/[\x21-\x7E]+$/i.test(address) ? address : href;
}

/**
 * Where an authorization request leads back to, short enough for a person to compare: the host of a
 * website, or else the scheme, because any app may claim any host in a scheme of its own.
 * @returns `undefined` when only the OAuth2 server knows
 */
export function returnHostOf(requestUrl: string, client: Client): string | undefined {
  const address = redirectUriOf(requestUrl, client.redirect_uris);
  const url = address ? urlOf(address) : undefined;
  return url && (isWeb(url) ? url.host : url.protocol);
}

const isWeb = ({ protocol }: URL): boolean => protocol === 'http:' || protocol === 'https:';

/** `URL.canParse` of Node 20 refuses "ä" and the like as soon as V8 has optimised it. */
function urlOf(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

/** The website of the first address that is not the person's own machine. */
function siteOf(addresses: readonly string[]): string | undefined {
  for (const address of addresses) {
    const href = webAddress(address);
    if (href && !loopback.test(new URL(href).hostname)) return `${new URL(href).origin}/`;
  }
  return undefined;
}

function hueOf(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 9973;
  return (sum % 6) + 1;
}
