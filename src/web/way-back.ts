import { createHmac, createSecretKey, hash, timingSafeEqual, type KeyObject } from 'node:crypto';
import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import type { WayForward } from '../errors.ts';
import { postedText } from './form.ts';
import { appView, webAddress, type Client } from '../screens/app-view.ts';

/** The hidden field of a form that holds the way back. */
const field = 'way_back';
const mostWays = 2_000;
const challengeNames = [
  'login_challenge',
  'consent_challenge',
  'logout_challenge',
  'device_challenge',
];

/**
 * Remembers where a sign-in began, because an expired challenge no longer tells: in the form,
 * signed, and for reloaded pages in bounded memory.
 */
export function createWayBack(secrets: readonly string[]) {
  const ways = new LRUCache<string, WayForward>({ max: mostWays });

  const keys = secrets.map((secret) => createSecretKey(`${field} ${secret}`, 'utf8'));

  function sign(text: string, key: KeyObject): Buffer {
    return createHmac('sha256', key).update(text).digest();
  }

  function isSigned(text: string, signature: Buffer): boolean {
    return keys.some((key) => {
      const own = sign(text, key);
      return own.length === signature.length && timingSafeEqual(own, signature);
    });
  }

  return {
    /** Notes the way back of a challenge. @returns the text for the form's hidden field */
    note(challenge: string, way: WayForward): string {
      ways.set(keyOf(challenge), way);
      const text = Buffer.from(JSON.stringify(way)).toString('base64url');
      return `${sign(text, keys[0]!).toString('base64url')}.${text}`;
    },

    /** The way back from whatever page or form this request is about; empty when unknown. */
    of(req: Request): WayForward {
      const posted = postedText(req, field);
      const dot = posted.indexOf('.');
      const text = posted.slice(dot + 1);
      if (dot > 0 && isSigned(text, Buffer.from(posted.slice(0, dot), 'base64url'))) {
        return JSON.parse(Buffer.from(text, 'base64url').toString()) as WayForward;
      }
      for (const name of challengeNames) {
        const challenge = req.query[name] ?? postedText(req, name);
        if (typeof challenge === 'string' && challenge !== '') {
          return ways.get(keyOf(challenge)) ?? {};
        }
      }
      return {};
    },
  };
}

export type WayBack = ReturnType<typeof createWayBack>;

/** The way back from a request of the OAuth2 server: its app, and where it begins anew. */
export function wayBackOf(request: { client: Client; request_url: string }): WayForward {
  return { app: appView(request.client), startAgain: restartOf(request.request_url) };
}

/**
 * The address at which a sign-in begins anew: the authorization request itself, or the page for
 * device codes. `undefined` when it is no http(s) address.
 */
export function restartOf(requestUrl: string): string | undefined {
  const address = webAddress(requestUrl);
  return address && isDeviceVerification(address) ? address.split('?', 1)[0] : address;
}

/** The same authorization request, but with a fresh sign-in that may be somebody else's. */
export function restartAsSomebodyElse(requestUrl: string): string | undefined {
  const address = restartOf(requestUrl);
  if (!address) return undefined;
  if (isDeviceVerification(address)) return address;
  const url = new URL(address);
  const prompts = (url.searchParams.get('prompt') ?? '').split(' ');
  url.searchParams.set('prompt', prompts.includes('consent') ? 'login consent' : 'login');
  url.searchParams.delete('id_token_hint');
  return url.href;
}

function isDeviceVerification(address: string): boolean {
  return address.split('?', 1)[0]!.endsWith('/oauth2/device/verify');
}

function keyOf(challenge: string): string {
  return hash('sha256', challenge, 'base64');
}
