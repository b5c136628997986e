import type { Response } from 'express';
import { setFragment, setQuery } from './address.ts';
import { formPostPage } from './html.ts';
import { ProtocolError } from './protocol-error.ts';

/** Where and how the client of an authorization request wants its answer; filled as it is read. */
export interface ReplyTo {
  /** Only once it is known to be the client's. */
  redirectUri?: string;
  responseMode: ResponseMode;
  state: string;
}

export const responseModes = ['query', 'fragment', 'form_post'] as const;
export type ResponseMode = (typeof responseModes)[number];

/**
 * Sends the browser back to the client, 303 or a page that posts itself (Form Post Response Mode).
 */
export function replyToClient(
  res: Response,
  to: ReplyTo & { redirectUri: string },
  parameters: Record<string, string>,
): void {
  const answer = { ...parameters, state: to.state };
  if (to.responseMode === 'form_post') {
    res.type('html').send(formPostPage(to.redirectUri, answer));
    return;
  }
  const address = to.responseMode === 'query' ? setQuery : setFragment;
  res.redirect(303, address(to.redirectUri, answer));
}

/**
 * Tells the client what went wrong, or the person on the app's error page when nobody knows yet
 * where the client wants its answers.
 */
export function replyWithError(
  res: Response,
  { to, errorPage }: { to: ReplyTo; errorPage: string },
  error: ProtocolError,
): void {
  const { redirectUri } = to;
  if (redirectUri === undefined) return showOnErrorPage(res, errorPage, error);
  replyToClient(res, { ...to, redirectUri }, { ...error.toJSON() });
}

export function showOnErrorPage(res: Response, errorPage: string, error: ProtocolError): void {
  res.redirect(302, setQuery(errorPage, { ...error.toJSON() }));
}

/** Only errors of the protocol have a place to go; any other is a fault of the stand-in itself. */
export function asProtocolError(error: unknown): ProtocolError {
  if (error instanceof ProtocolError) return error;
  throw error;
}
