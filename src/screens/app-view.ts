import { initialOf } from './initial-of.ts';

/** An app as our screens show it. */
export interface AppView {
  /** At most 60 characters. */
  name: string;
  initial: string;
  /** 1 to 6: the colour of its mark. */
  hue: number;
  /** Its website, or the website of its first redirect address. */
  href?: string | undefined;
}

export interface Client {
  client_id: string;
  client_name?: string;
  client_uri?: string;
  redirect_uris?: string[] | null;
}

const longestName = 60;
const longestAddress = 2_000;

/** An app as its client describes it. Without a name it is shown by its id. */
export function appView(client: Client): AppView {
  const name = shortened(client.client_name?.trim() || client.client_id);
  const href = webAddress(client.client_uri) ?? siteOf(client.redirect_uris?.[0]);
  return { name, initial: initialOf(name), hue: hueOf(client.client_id), ...(href && { href }) };
}

/** The address, if it is safe as a link: clients can write anything here. */
export function webAddress(address: string | undefined): string | undefined {
  if (!address || address.length > longestAddress) return undefined;
  return /^https?:/i.test(address) && URL.canParse(address) ? address : undefined;
}

/**
 * Where an authorization request leads back to, short enough for a person to compare: the host, or
 * the scheme if it has none. If the request has no `redirect_uri`, it is the first one of the client.
 */
export function returnHostOf(requestUrl: string, client: Client): string | undefined {
  const query = requestUrl.slice(requestUrl.indexOf('?') + 1);
  const given = /(?:^|&)redirect_uri=([^&#]+)/.exec(query)?.[1];
  const redirectUri = given ? formDecoded(given) : (client.redirect_uris?.[0] ?? '');
  if (!URL.canParse(redirectUri)) return undefined;
  const { host, protocol } = new URL(redirectUri);
  return host || protocol;
}

function formDecoded(text: string): string {
  return new URLSearchParams(`v=${text}`).get('v') ?? '';
}

function siteOf(address: string | undefined): string | undefined {
  const href = webAddress(address);
  return href && `${new URL(href).origin}/`;
}

function shortened(name: string): string {
  const characters = Array.from(name);
  if (characters.length <= longestName) return name;
  return `${characters
    .slice(0, longestName - 1)
    .join('')
    .trimEnd()}…`;
}

function hueOf(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 9973;
  return (sum % 6) + 1;
}
