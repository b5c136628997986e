import type { Response } from 'express';

/**
 * Sends the browser on by a plain 303. The browser does not post the form again, and the person's
 * click counts up to the last redirect: browsers open an app by its own scheme only after a click.
 * @param url as the OAuth2 server gave it: http(s) or relative
 */
export function leave(res: Response, url: string): void {
  res.status(303).location(url).end();
}
