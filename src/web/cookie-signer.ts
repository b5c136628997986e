import { createHmac } from 'node:crypto';
import type { Request } from 'express';

/**
 * Which of the secrets has signed a cookie of this request, as cookie-parser and express-session do: a
 * cookie of an older one is signed anew while both are known, so that it survives the older one.
 * @param name of a cookie whose signature was found to be right
 * @returns the first secret when the cookie did not come with this request
 */
export function signerOf(req: Request, name: string, secrets: readonly string[]): string {
  const [first = '', ...older] = secrets;
  const value: unknown = req.signedCookies?.[name];
  if (older.length === 0 || typeof value !== 'string') return first;
  const came = req.headers.cookie ?? '';
  return older.find((secret) => came.includes(`${name}=${signed(value, secret)}`)) ?? first;
}

function signed(value: string, secret: string): string {
  const signature = createHmac('sha256', secret).update(value).digest('base64').replace(/=+$/, '');
  return encodeURIComponent(`s:${value}.${signature}`);
}
