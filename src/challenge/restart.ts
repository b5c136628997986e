import { longestKept } from './bounds.ts';

/**
 * The address at which a sign-in begins again: the authorization request itself or, in a device
 * flow, the page for device codes.
 * @param requestUrl `request_url` of a login or consent request
 * @returns `undefined` when it is no http(s) address, or longer than a page may hold
 */
export function restartOf(requestUrl: string, { isDevice }: { isDevice: boolean }) {
  if (!/^https?:/i.test(requestUrl) || requestUrl.length > longestKept) return undefined;
  if (!URL.canParse(requestUrl)) return undefined;
  return isDevice ? requestUrl.split('?', 1)[0] : requestUrl;
}

/**
 * The same authorization request, but with a fresh sign-in that may be somebody else's
 * (OpenID Connect Core 3.1.2.1). In a device flow there is no such thing: it begins again.
 */
export function restartAsSomebodyElse(requestUrl: string, flow: { isDevice: boolean }) {
  const address = restartOf(requestUrl, flow);
  if (!address || flow.isDevice) return address;
  const url = new URL(address);
  const prompts = (url.searchParams.get('prompt') ?? '').split(' ');
  url.searchParams.set('prompt', prompts.includes('consent') ? 'login consent' : 'login');
  url.searchParams.delete('id_token_hint');
  return url.href;
}

/** The address without what it says about the person: for a browser that may be somebody else's. */
export function restartForAnybody(restart: string | undefined): string | undefined {
  if (!restart || !/[?&](?:login_hint|id_token_hint)=/.test(restart)) return restart;
  const url = new URL(restart);
  url.searchParams.delete('login_hint');
  url.searchParams.delete('id_token_hint');
  return url.href;
}
