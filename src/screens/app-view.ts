/** How an app and a person look on our screens. */

export interface AppView {
  /** Cut at 60 characters. */
  name: string;
  initial: string;
  /** 1 to 6: the colour of its mark. */
  hue: number;
  /** Where its own site is, as far as it can be known. */
  href?: string | undefined;
}

export interface PersonView {
  name?: string;
  email: string;
  initial: string;
}

export interface Client {
  client_id: string;
  client_name?: string;
  client_uri?: string;
  redirect_uris?: string[] | null;
}

const longestName = 60;

/** An app as its client describes itself; the id stands in for a missing name. */
export function appView(client: Client): AppView {
  const name = shortened(client.client_name?.trim() || client.client_id);
  const href = webAddress(client.client_uri) ?? siteOf(client.redirect_uris?.[0]);
  return { name, initial: initialOf(name), hue: hueOf(client.client_id), ...(href && { href }) };
}

export function personView(user: { name?: string; email: string }): PersonView {
  const name = user.name?.trim();
  return { ...(name && { name }), email: user.email, initial: initialOf(name || user.email) };
}

/** The address if it is http(s), for a link: clients choose these texts themselves. */
export function webAddress(address: string | undefined): string | undefined {
  return address && /^https?:/i.test(address) && URL.canParse(address) ? address : undefined;
}

/**
 * Where an authorization request will send the browser back to, as a person compares it: the host,
 * or the scheme of an app's own link. A request may leave it out when its client has one address.
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

function initialOf(name: string): string {
  return (/[\p{L}\p{N}]/u.exec(name)?.[0] ?? '?').toUpperCase();
}

function hueOf(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 9973;
  return (sum % 6) + 1;
}
