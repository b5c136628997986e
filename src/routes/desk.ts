import type { Answers } from '../web/once.ts';
import type { ConsentPolicy } from '../policy/consent.ts';
import type { Csrf } from '../web/csrf.ts';
import type { DeviceLimiter, LoginLimiter } from '../web/limits.ts';
import type { Hydra } from '@portico/hydra-admin';
import type { Identity } from '../identity/backend.ts';
import type { KnownBrowsers } from '../web/known-browser.ts';
import type { Locales } from '../screens/locale.ts';
import type { Log } from '../web/log.ts';
import type { LoginPolicy } from '../policy/login.ts';
import type { Sessions } from '../web/session.ts';
import type { WayBack } from '../web/way-back.ts';
import type { WayForward } from '../errors.ts';

/** What lies ready for the screens; each takes what it uses. */
export interface Desk {
  hydra: Hydra;
  identity: Identity;
  policy: LoginPolicy & ConsentPolicy;
  log: Log;
  locales: Locales;
  answers: Answers;
  csrf: Csrf;
  sessions: Sessions;
  knownBrowsers: KnownBrowsers;
  loginLimiter: LoginLimiter;
  deviceLimiter: DeviceLimiter;
  wayBack: WayBack;
  pages: Pages;
}

/** Addresses that one screen needs of another, or of the OAuth2 server. */
export interface Pages {
  start: string;
  loggedOut: string;
  stayed: string;
  /** Says that nothing was shared. */
  denied: string;
  /** Where the OAuth2 server forgets who is signed in; empty when its public address is unknown. */
  signOutOfServer: Pick<WayForward, 'startAgain'>;
  /** Where a device code is asked for from the beginning; likewise. */
  enterCode: Pick<WayForward, 'startAgain'>;
}
