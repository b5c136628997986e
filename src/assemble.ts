import { createHydra, type Hydra } from '@portico/hydra-admin';
import { createChallenges, type Challenges } from './challenge/challenges.ts';
import type { Config } from './config.ts';
import { folders } from './folders.ts';
import { createIdentity } from './identity/index.ts';
import type { Identity } from './identity/backend.ts';
import { createRevocations, type Revocations } from './identity/revocations.ts';
import { requiredActions, type RequiredAction } from './policy/required-actions.ts';
import { loadLocales, type Locales } from './screens/locale.ts';
import { createBrowsers, type Browsers } from './web/browsers.ts';
import { createCsrf, type Csrf } from './web/csrf.ts';
import { createKnownBrowsers, type KnownBrowsers } from './web/known-browser.ts';
import {
  createDeviceLimiter,
  createLoginLimiter,
  type DeviceLimiter,
  type LoginLimiter,
} from './web/limits.ts';
import { adminCallLog, createLog, type Log } from './web/log.ts';
import { createSessions, type Sessions, type SignIn } from './web/session.ts';

/** What the app is made of. A route says which parts it needs: `Pick<Parts, 'hydra' | 'log'>`. */
export interface Parts {
  config: Config;
  policy: Config['policy'];
  log: Log;
  hydra: Hydra;
  identity: Identity;
  revocations: Revocations;
  challenges: Challenges;
  browsers: Browsers;
  csrf: Csrf;
  sessions: Sessions;
  knownBrowsers: KnownBrowsers;
  loginLimiter: LoginLimiter;
  deviceLimiter: DeviceLimiter;
  locales: Locales;
  addresses: Addresses;
  requiredActions: readonly RequiredAction[];
}

/** Pages of ours, and of the OAuth2 server, that screens lead to. */
export interface Addresses {
  /** The path of BASE_URL, such as `/auth`, or empty: goes before every path of ours. */
  base: string;
  start: string;
  loggedOut: string;
  stayed: string;
  /** The page that says that nothing was shared with the app. */
  denied: string;
  /** Where the OAuth2 server signs people out; `undefined` if HYDRA_PUBLIC_URL is not set. */
  signOutOfServer: string | undefined;
  /** Where the OAuth2 server starts to ask for a device code; `undefined` in the same case. */
  enterCode: string | undefined;
}

/**
 * Builds the parts, once. Does not wait for the OAuth2 server, which may start later than we do.
 * @throws Error when people or languages cannot be read; the message is for the operator
 */
export async function assemble(config: Config, log = createLog(config.log.level)): Promise<Parts> {
  const { baseUrl, cookieSecrets: secrets } = config.web;
  for (const warning of config.warnings) log.warn(warning);
  const hydra = createHydra(config.hydra, adminCallLog(log), (text) => log.warn(text));
  const revoke = (subject: string) => hydra.loginSessions.revoke({ subject });
  const revocations = createRevocations({ revoke, log });
  const identity = await createIdentity(config.identity, log, revocations.soon);
  const browsers = createBrowsers(baseUrl, secrets);
  const csrf = createCsrf(browsers, baseUrl.origin);
  return {
    config,
    policy: config.policy,
    log,
    hydra,
    identity,
    revocations,
    challenges: createChallenges({ browsers, csrf, secrets }),
    browsers,
    csrf,
    sessions: createSessions(baseUrl, secrets, { isCurrent: provesToday(identity) }),
    knownBrowsers: createKnownBrowsers(baseUrl),
    loginLimiter: createLoginLimiter(),
    deviceLimiter: createDeviceLimiter(),
    locales: loadLocales(folders.locales),
    addresses: addressesOf(config),
    requiredActions,
  };
}

/** Whether a sign-in proves a person who may still sign in, by the password of today. */
function provesToday(identity: Identity) {
  return async ({ subject, credential }: SignIn): Promise<boolean> => {
    const user = await identity.find(subject);
    return user !== undefined && !user.disabled && user.credential === credential;
  };
}

function addressesOf({ web, hydra }: Config): Addresses {
  const { path: base } = web.baseUrl;
  const { publicUrl } = hydra;
  return {
    base,
    start: `${base}/`,
    loggedOut: `${base}/logged-out`,
    stayed: `${base}/logout/stayed`,
    denied: `${base}/error?error=access_denied`,
    signOutOfServer: publicUrl && `${publicUrl}/oauth2/sessions/logout`,
    enterCode: publicUrl && `${publicUrl}/oauth2/device/verify`,
  };
}
