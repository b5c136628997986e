import { createHash } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Client } from './client.ts';
import type { Context } from './context.ts';

/** What a cookie is for, and for which client when there is one for each. */
export interface CookieId {
  kind: 'session' | 'login_csrf' | 'consent_csrf' | 'device_csrf';
  client?: Client;
}

/**
 * Sets, or with an age of 0 removes, a cookie of the server's own host. Over https it may travel
 * with requests of other sites, as a silent sign-in in a frame needs.
 */
export function setCookie(
  context: Context,
  res: Response,
  cookie: CookieId & { value: string; maxAgeSeconds?: number },
): void {
  const isSecure = hasSecureCookies(context);
  const { maxAgeSeconds } = cookie;
  res.cookie(nameOf(context, cookie), cookie.value, {
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds * 1000 }),
    path: '/',
    httpOnly: true,
    secure: isSecure,
    sameSite: isSecure ? 'none' : 'lax',
    encode: String,
  });
}

export function readCookie(context: Context, req: Request, id: CookieId): string | undefined {
  const start = `${nameOf(context, id)}=`;
  const pairs = req.headers.cookie?.split('; ') ?? [];
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length);
}

/** What says that a browser is the one that a step was begun in. */
export function setStepCookie(
  context: Context,
  res: Response,
  cookie: CookieId & { value: string },
): void {
  const isTimed = context.profile.cookies === 'per client';
  setCookie(context, res, {
    ...cookie,
    ...(isTimed && { maxAgeSeconds: context.lifetimes.request }),
  });
}

const oldNames: Record<CookieId['kind'], string> = {
  session: 'oauth2_authentication_session',
  login_csrf: 'oauth2_authentication_csrf',
  consent_csrf: 'oauth2_consent_csrf',
  device_csrf: 'oauth2_device_csrf',
};

/**
 * A second tab of the same client overwrites the cookie of the first; other clients do not, from 2.0
 * on.
 */
function nameOf(context: Context, { kind, client }: CookieId): string {
  if (context.profile.cookies === 'per step') {
    return oldNames[kind] + (hasSecureCookies(context) ? '' : '_insecure');
  }
  const owner = client && createHash('sha256').update(client.client_id).digest().readUInt32BE();
  return ['ory_hydra', kind, hasSecureCookies(context) ? [] : 'dev', owner ?? []].flat().join('_');
}

function hasSecureCookies(context: Context): boolean {
  return context.urls.issuer.startsWith('https:');
}
