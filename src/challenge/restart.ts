import { mayHintAtPerson, promptsOf, withoutPerson, type LoginRequest } from '@portico/hydra-admin';
import { longestKept } from './bounds.ts';

/**
 * Where a sign-in can start again: at its authorization request or, in a device flow, at the page
 * for device codes.
 * @param requestUrl `request_url` of a login or consent request
 * @returns `undefined` when that is not an http(s) address, or longer than `longestKept`
 */
export function restartOf(requestUrl: string, { isDevice }: { isDevice: boolean }) {
  const isWeb = /^https?:\/\/[^\s/?#]/i.test(requestUrl);
  if (!isWeb || requestUrl.length > longestKept) return undefined;
  return isDevice ? requestUrl.split('?', 1)[0] : requestUrl;
}

/**
 * The parameter by which an address of ours, or a request that starts again, says that somebody other
 * than the person of this browser wants to sign in. The OAuth2 server ignores it, as RFC 6749,
 * section 3.1 wants.
 */
export const somebodyElse = 'somebody_else';

/**
 * Where somebody else can sign in: at the same authorization request, but with `prompt=login`
 * (OpenID Connect Core 3.1.2.1), without hints at a person, and marked by `somebodyElse`. Device
 * flows know no prompt: they just start again. The prompt of a request object wins over ours, and
 * nobody here can read it.
 * @param startAgain as `restartOf` gives it
 */
export function restartAsSomebodyElse(
  startAgain: string | undefined,
  { isDevice }: { isDevice: boolean },
): string | undefined {
  if (!startAgain || isDevice) return startAgain;
  const asksConsent = promptsOf(startAgain)?.includes('consent') === true;
  const prompts = asksConsent ? ['login', 'consent'] : ['login'];
  const target = withoutPerson(startAgain, { prompts });
  return target && (isForSomebodyElse(target) ? target : `${target}&${somebodyElse}=true`);
}

/** Whether the browser comes from `restartAsSomebodyElse`. */
export function isForSomebodyElse(requestUrl: string): boolean {
  // Hardly any address has it, and taking each one apart costs time.
  if (!requestUrl.includes(somebodyElse)) return false;
  return URL.canParse(requestUrl) && new URL(requestUrl).searchParams.has(somebodyElse);
}

/**
 * Whether the browser comes back from `restartAsSomebodyElse`, but the OAuth2 server still remembers
 * the person: it goes by the prompt in a signed request object, not by ours. To go back once more
 * would be a circle.
 */
export function hasAskedInVain({
  skip,
  request_url: requestUrl,
}: Pick<LoginRequest, 'skip' | 'request_url'>): boolean {
  if (!skip || !URL.canParse(requestUrl)) return false;
  const prompt = new URL(requestUrl).searchParams.get('prompt') ?? '';
  return prompt.split(' ').includes('login');
}

/**
 * The same address without hints at the person, for a browser that may be somebody else's;
 * `undefined` when they may be in a request object.
 */
export function restartForAnybody(restart: string | undefined): string | undefined {
  return restart && mayHintAtPerson(restart) ? withoutPerson(restart) : restart;
}
