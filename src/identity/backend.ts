/**
 * CHANGE HERE: where people are stored. A backend is one file that exports a `Backend`, and one line
 * in the map of `index.ts`. It returns whole persons, because tokens need their claims.
 */
import type { Database } from '@portico/database';
import type { Settings, ValuesOf } from '@portico/settings';
import type { Outward } from '../tracing/spans.ts';
import type { PasswordChecker } from './password.ts';
import type { Turn } from './password-queue.ts';

/** The standard claims of OpenID Connect Core 5.1; `address` is the object of section 5.1.1. */
export interface StandardClaims {
  name?: string;
  given_name?: string;
  family_name?: string;
  middle_name?: string;
  nickname?: string;
  preferred_username?: string;
  profile?: string;
  picture?: string;
  website?: string;
  gender?: string;
  birthdate?: string;
  zoneinfo?: string;
  locale?: string;
  /** Seconds since 1970. */
  updated_at?: number;
  email_verified?: boolean;
  phone_number?: string;
  phone_number_verified?: boolean;
  address?: Record<string, unknown>;
}

export interface User extends StandardClaims {
  /** The `sub` of every token. Never empty, never changed, never given to somebody else. */
  subject: string;
  /** Missing for those of another site that does not tell it. */
  email?: string;
  username?: string;
  /** A disabled person can still be found, but cannot sign in or stay signed in. */
  disabled?: boolean;
  /**
   * A text that changes when the password does, such as a hash of its hash. Sessions keep it: they
   * count no more once it has changed. Never a claim, never shown.
   */
  credential?: string;
  /**
   * Further claims by name, such as `groups`; the values are as in JSON. `SCOPE_CLAIMS` says which
   * scope opens them. Made by `furtherClaims`, which leaves out what no claim may be called.
   */
  claims?: Readonly<Record<string, unknown>>;
}

export type Verification = { user: User } | { refused: Refusal };

/**
 * - `wrong`: the login is unknown or the password wrong
 * - `disabled`: the password is right, but the person disabled
 * - `locked`: the user store takes no password of this person for now
 * - `password_expired`: the password is right, but has to be changed first
 */
export type Refusal = 'wrong' | 'disabled' | 'locked' | 'password_expired';

/** Where an attempt to sign in comes from. A backend may pass it on or log it. */
export interface Origin {
  /** The id of the request, as in our own log. */
  request: string;
  /** The address of the browser; empty when the proxy did not name one. */
  address: string;
  /** For `PasswordChecker.matches`. */
  turn: Turn;
}

export interface Identity {
  /**
   * Checks a login and a password. Must take as long for an unknown login as for a wrong password.
   * @param login an email address or a username, as typed
   * @param origin where the attempt comes from
   * @returns the person, or why not. The screen shows one reason alone, `password_expired`: that must
   *   never be said of a password that is not right. The others are for the audit trail.
   * @throws IdentityError `busy` when too many passwords are being checked, `down` when the user
   *   store cannot be asked: that must never look like a wrong password
   */
  verify(login: string, password: string, origin: Origin): Promise<Verification>;
  /**
   * The person with this subject, even if disabled; `undefined` when there is none.
   * @throws IdentityError `down` when the user store cannot be asked
   */
  find(subject: string): Promise<User | undefined>;
  /**
   * Ways to sign in that leave for another site, in the order of their buttons; none when left out.
   * Their ids differ.
   */
  ways?: readonly Way[];
  /** False when nobody signs in by a password here: the screen has no form for one then. */
  takesPasswords?: boolean;
  /** Whether people may have usernames beside their email addresses; the sign-in page says so. */
  hasUsernames(): boolean;
  /** Whether the user store can be asked now. Takes a few seconds at most, and never throws. */
  ready(): Promise<boolean>;
  /** Closes files, timers and connections. */
  close(): Promise<void>;
}

/** A way to sign in that leaves for another site and comes back, such as an OpenID provider. */
export interface Way {
  /** Of `a-z`, `0-9` and `-`. It stands in addresses, so it should stay what it is. */
  id: string;
  /** As people know it: "Continue with {name}". */
  name: string;
  /** The picture on its button: the path of a `.svg`, `.png` or `.webp` file. */
  icon?: string;
  /**
   * Begins a sign-in over there.
   * @throws IdentityError `down` when the other site cannot be asked
   */
  begin(wish: WayWish): Promise<Departure>;
  /**
   * Ends it, when the browser has come back. Called once for what `begin` kept.
   * @param address of ours, as the browser opened it, with its whole query
   * @param departed what `begin` was given and kept
   * @returns the person, or why there is none
   * @throws IdentityError `down` when our own store of people cannot be asked
   */
  finish(address: URL, departed: { wish: KeptWish; keep: string }): Promise<Arrival>;
  /**
   * Where the browser can go to be signed out over there too; `undefined` when the other site has no
   * such address, or cannot be asked. Left out when nobody should be signed out there.
   */
  signOut?(leaving: SigningOut): Promise<string | undefined>;
}

/** A sign-out that visits the other site. */
export interface SigningOut {
  /** The address of ours to come back to. */
  back: string;
  /** Has to come back with it as `state`. */
  state: string;
  /** `Arrived.signOutHint`. */
  hint: string;
}

/** What is wanted of the other site. It decides itself how far it goes along. */
export interface WayWish {
  /** The address of ours to come back to, without a query. */
  callback: string;
  /** An unguessable text that has to come back as `state`. */
  state: string;
  /** When it began, in milliseconds since 1970. */
  at: number;
  /** Whom the app hints at, or what was typed. */
  login?: string | undefined;
  /** Whether to ask for the proof once more, or which account, even if somebody is signed in there. */
  prompt?: 'login' | 'select_account' | undefined;
  /** How old the sign-in over there may be. */
  maxAgeSeconds?: number | undefined;
  /** BCP 47, the best first. */
  locales?: readonly string[] | undefined;
  /** Wanted classes, OpenID Connect Core 3.1.2.1, the best first. */
  acr?: readonly string[] | undefined;
}

/** What is still known of a wish when the browser is back. */
export type KeptWish = Omit<WayWish, 'callback' | 'login' | 'locales' | 'acr'>;

export interface Departure {
  /** Where the browser goes. */
  location: string;
  /** For `finish`: it comes back from an encrypted cookie, so it should be short. */
  keep: string;
}

export type Arrival = Arrived | { refused: WayRefusal; detail: string };

export interface Arrived {
  user: User;
  /** As the other site says: RFC 8176, and OpenID Connect Core 2. */
  amr?: string[] | undefined;
  acr?: string | undefined;
  /** What the other site wants back at a sign-out, such as its ID token. It is kept encrypted. */
  signOutHint?: string | undefined;
}

/**
 * - `cancelled`: the person, or the other site, said no
 * - `unavailable`: the other site does not answer, or not now
 * - `stale`: it did not ask again, though that was wanted
 * - `unproven`: its answer proves nothing
 * The `detail` beside it is for the operator's log: without codes, tokens and secrets.
 */
export type WayRefusal = 'cancelled' | 'unavailable' | 'stale' | 'unproven';

/** A kind of user store. */
export interface Backend<S extends Settings = Settings> {
  /** Its own settings. They are read only when `IDENTITY` chooses this backend. */
  settings: S;
  /**
   * What is wrong with these settings together, in sentences that name them. For the list at start.
   * @param values those that are right by themselves
   */
  faults?(values: Partial<ValuesOf<S>>): string[];
  /**
   * Opens the user store at start. The port opens after that.
   * @param values of its own settings
   * @throws IdentityError `down` when the user store is away: it is called again after a pause, so
   *   nothing may be left open. Any other Error ends the process; the messages of both are for the
   *   operator, without secrets
   */
  create(values: ValuesOf<S>, parts: BackendParts): Promise<Identity>;
}

/** What a backend may use. */
export interface BackendParts {
  log: IdentityLog;
  /** Shared by the whole process, because it limits how many passwords are checked at once. */
  passwords: PasswordChecker;
  /** Whether people with `"demo": true` are allowed: their passwords are public. */
  mayHaveDemoUsers: boolean;
  /**
   * To be called when the password of this person has changed, or the person was disabled or
   * removed: they are signed out everywhere. May be called too often, and never throws.
   */
  credentialsChanged: (subject: string) => void;
  /**
   * The same, for a store that keeps a change until it has had its effect.
   * @returns whether the OAuth2 server has ended the sign-ins; if not, this is tried again in this
   *   process, too
   */
  endSignIns?: ((subject: string) => Promise<boolean>) | undefined;
  /** The database of `DATABASE_URL`, if there is one. Whoever opened it closes it. */
  database?: Database | undefined;
  /** For questions to servers of the same house; nothing of it goes to anybody else. */
  outward?: Outward | undefined;
  /** The files that secrets of its settings were read from, by name: they may change while we run. */
  secretFiles?: Readonly<Record<string, string | undefined>>;
}

/** The operator's log; a pino logger is one. Never log passwords or hashes. */
export interface IdentityLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** `busy`: too many passwords are being checked; `down`: the user store cannot be asked. */
export type IdentityErrorKind = 'busy' | 'down';

/** Its message is for the log: without secrets, and without what people typed. */
export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly kind: IdentityErrorKind;
  /** When the user store says how long to wait. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: IdentityErrorKind,
    message: string,
    cause?: unknown,
    retryAfterSeconds?: number,
  ) {
    super(message, { cause });
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
