import type { Response } from 'express';

/**
 * Sends the browser on, by a plain 303: the browser drops what it posted, and a click of the person
 * still counts as theirs at the last hop, as apps with a scheme of their own need.
 * @param url as the OAuth2 server gave it; http(s) or relative
 */
export function leave(res: Response, url: string): void {
  res.status(303).location(url).end();
}
