/**
 * Where people come from. A backend is one file that exports a `Backend`; `index.ts` has the map of
 * them. Its methods are asynchronous, and hand out the whole person, because tokens need claims.
 */
import type { Settings, ValuesOf } from '@portico/settings';
import type { PasswordChecker } from './password.ts';

/** Standard claims of OpenID Connect Core 5.1, as stored; `address` is the object of 5.1.1. */
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
  /** Stable, never empty, never given to somebody else: it is the `sub` of every token. */
  subject: string;
  email: string;
  username?: string;
  /** A disabled person is found but can neither sign in nor be signed in. */
  disabled?: boolean;
}

export interface Identity {
  /**
   * The person whom these credentials prove, or `undefined` when they prove nobody: unknown login,
   * wrong password, disabled. Unknown logins cost the same time as wrong passwords.
   * @param login an e-mail address or a username, as typed
   * @throws IdentityError `busy` when too many passwords are being checked, `down` when the backend
   *   cannot be asked
   */
  verify(login: string, password: string): Promise<User | undefined>;
  /** The person with this subject, disabled ones included; `undefined` when there is none. */
  find(subject: string): Promise<User | undefined>;
  /** Lets go of files, timers and connections. */
  close(): Promise<void>;
}

/** A kind of place where people live. */
export interface Backend<S extends Settings = Settings> {
  /** Its own settings: required only when this backend is chosen. */
  settings: S;
  /**
   * Opens it.
   * @throws Error when it cannot start; the message is for the operator
   */
  create(values: ValuesOf<S>, parts: BackendParts): Promise<Identity>;
}

/** What a backend may use. */
export interface BackendParts {
  log: IdentityLog;
  /** One for the whole process: it bounds how many passwords are checked at once. */
  passwords: PasswordChecker;
  /** Whether people with `"demo": true`, whose passwords are public, may exist. */
  mayHaveDemoUsers: boolean;
}

/** Where a backend tells the operator what happened; a pino logger is one. Never gets a secret. */
export interface IdentityLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/** `busy`: too many passwords are being checked; `down`: the place where people live cannot be asked. */
export type IdentityErrorKind = 'busy' | 'down';

export class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly kind: IdentityErrorKind;

  constructor(kind: IdentityErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}
