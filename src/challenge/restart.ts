import { longestKept } from './bounds.ts';

/**
 * Where a sign-in can start again: at its authorization request or, in a device flow, at the page
 * for device codes.
 * @param requestUrl `request_url` of a login or consent request
 * @returns `undefined` when that is not an http(s) address, or longer than `longestKept`
 */
export function restartOf(requestUrl: string, { isDevice }: { isDevice: boolean }) {
  if (!/^https?:/i.test(requestUrl) || requestUrl.length > longestKept) return undefined;
  if (!URL.canParse(requestUrl)) return undefined;
  return isDevice ? requestUrl.split('?', 1)[0] : requestUrl;
}

/**
 * Where somebody else can sign in: at the same authorization request, but with `prompt=login`
 * (OpenID Connect Core 3.1.2.1) and without hints at the person. Device flows know no prompt: they just start again.
 * @param startAgain as `restartOf` gives it
 */
export function restartAsSomebodyElse(
  startAgain: string | undefined,
  { isDevice }: { isDevice: boolean },
): string | undefined {
  if (!startAgain || isDevice) return startAgain;
  const url = new URL(startAgain);
  const prompts = (url.searchParams.get('prompt') ?? '').split(' ');
  url.searchParams.set('prompt', prompts.includes('consent') ? 'login consent' : 'login');
  url.searchParams.delete('login_hint');
  url.searchParams.delete('id_token_hint');
  return url.href;
}

/** The same address without hints at the person, for a browser that may be somebody else's. */
export function restartForAnybody(restart: string | undefined): string | undefined {
  if (!restart) return restart;
  const url = new URL(restart);
  const { searchParams: query } = url;
  if (!query.has('login_hint') && !query.has('id_token_hint')) return restart;
  url.searchParams.delete('login_hint');
  url.searchParams.delete('id_token_hint');
  return url.href;
}
