import { hash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { KeptWish, WayRefusal } from '../identity/backend.ts';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';
import { createEncryption } from './encryption.ts';

/** A browser that has left for another site to sign in there. */
export interface Departed {
  /** The id of the way. */
  way: string;
  /** Of the sign-in that it is for, as the OAuth2 server wrote it. */
  challenge: string;
  isRemembered: boolean;
  wish: KeptWish;
  /** See `Departure.keep`. */
  keep: string;
  /** Why it came back without a person, so that a reload says the same. */
  refused?: WayRefusal | undefined;
}

/** How long a browser may be away: most challenges live 30 minutes. */
export const awayMs = 15 * 60 * 1000;
/** So that one who comes back too late can still be told so. */
const keptMs = 2 * awayMs;
/** Of one cookie with its name and attributes; browsers take 4096 bytes. */
const longestValue = 3_700;
/** Of all such cookies. Many proxies take no longer line of a header than 8 kB. */
const longestInAll = 7_000;
const mostTabs = 8;
const markLength = 10;

/**
 * Keeps in cookies what browsers have to bring back that have left to sign in elsewhere: one for each
 * departure, so that several tabs work. They are encrypted and need no memory of ours, so any
 * instance can end what another one has begun. A challenge may be longer than a cookie: it is cut
 * into several then.
 */
export function createDepartures(home: CookieHome, secrets: readonly string[]) {
  const prefix = cookieName(home, 'away');
  const encryption = createEncryption(secrets, 'departure');
  const nameOf = (mark: string, part = 0): string => `${prefix}-${mark}${part ? `_${part}` : ''}`;

  const cookiesOf = (req: Request): Record<string, string> =>
    (req.cookies ?? {}) as Record<string, string>;

  /** The whole text of a departure, and the cookies that it is in. */
  function read(req: Request, mark: string): { text: string; names: string[] } {
    const cookies = cookiesOf(req);
    const names: string[] = [];
    for (let name = nameOf(mark); name in cookies; name = nameOf(mark, names.length)) {
      names.push(name);
    }
    return { text: names.map((name) => cookies[name]).join(''), names };
  }

  function clear(req: Request, res: Response, mark: string): void {
    for (const name of read(req, mark).names) res.clearCookie(name, cookieOptions(home));
  }

  function write(req: Request, res: Response, departed: Departed): void {
    const mark = markOf(departed.wish.state);
    const before = read(req, mark).names.length;
    const text = encryption.seal(packed(departed));
    const parts = text.match(new RegExp(`.{1,${longestValue}}`, 'gs')) ?? [];
    for (const [part, value] of parts.entries()) {
      res.cookie(nameOf(mark, part), value, { ...cookieOptions(home), maxAge: keptMs });
    }
    for (let part = parts.length; part < before; part += 1) {
      res.clearCookie(nameOf(mark, part), cookieOptions(home));
    }
    makeRoom(req, res, mark, longestInAll - text.length);
  }

  /** The departures that began first go first. */
  function makeRoom(req: Request, res: Response, mark: string, room: number): void {
    const pattern = /^([\w-]{10})$/;
    const marks = Object.keys(cookiesOf(req))
      .filter((name) => name.startsWith(`${prefix}-`))
      .flatMap((name) => pattern.exec(name.slice(prefix.length + 1))?.[1] ?? [])
      .filter((other) => other !== mark);
    const others = marks.map((other) => {
      const { text } = read(req, other);
      return { other, length: text.length, at: unpacked(encryption.open(text))?.wish.at ?? 0 };
    });
    let left = room;
    for (const [place, { other, length }] of others.toSorted((a, b) => b.at - a.at).entries()) {
      left -= length;
      if (left < 0 || place >= mostTabs - 1) clear(req, res, other);
    }
  }

  return {
    /** An unguessable text that tells one departure from all others. */
    newState: (): string => randomBytes(18).toString('base64url'),

    keep: write,

    /** The departure that has this state; `undefined` when this browser did not depart so, or long ago. */
    of(req: Request, state: unknown): Departed | undefined {
      if (typeof state !== 'string' || state === '') return undefined;
      const departed = unpacked(encryption.open(read(req, markOf(state)).text));
      const isTheirs = departed?.wish.state === state;
      return isTheirs && Date.now() - departed.wish.at < keptMs ? departed : undefined;
    },

    /** Whether it took too long to come back. */
    isLate: ({ wish }: Departed): boolean => Date.now() - wish.at >= awayMs,

    end(req: Request, res: Response, { wish }: Departed): void {
      clear(req, res, markOf(wish.state));
    },
  };
}

export type Departures = ReturnType<typeof createDepartures>;

const markOf = (state: string): string => hash('sha256', state, 'base64url').slice(0, markLength);

/** Challenges are base64url, and take a quarter less as bytes. What does not read back stays text. */
function packed({ challenge, ...rest }: Departed): Buffer {
  const bytes = Buffer.from(challenge, 'base64url');
  const padding = challenge.length - bytes.toString('base64url').length;
  const isSame = restored(bytes, padding) === challenge;
  const head = JSON.stringify(isSame ? { ...rest, padding } : { ...rest, challenge });
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(head));
  return Buffer.concat([length, Buffer.from(head), isSame ? bytes : Buffer.alloc(0)]);
}

function unpacked(data: Buffer | undefined): Departed | undefined {
  if (!data) return undefined;
  const end = 2 + data.readUInt16BE(0);
  const head = JSON.parse(data.toString('utf8', 2, end)) as Departed & { padding?: number };
  const { padding, ...rest } = head;
  return padding === undefined
    ? rest
    : { ...rest, challenge: restored(data.subarray(end), padding) };
}

const restored = (bytes: Buffer, padding: number): string =>
  bytes.toString('base64url') + '='.repeat(Math.max(0, padding));
