import type { LoginRequest } from '@portico/hydra-admin';

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
