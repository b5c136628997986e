import type { Database } from '@portico/database';
import { createHydra, type Hydra } from '@portico/hydra-admin';
import { createChallenges, type Challenges } from './challenge/challenges.ts';
import { createSealer } from './challenge/sealer.ts';
import type { Config } from './config.ts';
import { openSharedDatabase } from './database.ts';
import { folders } from './folders.ts';
import { createIdentity } from './identity/index.ts';
import { waitForStore } from './identity/wait-for-store.ts';
import type { Identity } from './identity/backend.ts';
import { createRevocations, type Revocations } from './identity/revocations.ts';
import { requiredActions, type RequiredAction } from './policy/required-actions.ts';
import { createApps, type Apps } from './clients/apps.ts';
import { createClientLogos, type ClientLogos } from './clients/client-logos.ts';
import { createLeftApp, type LeftApp } from './clients/left-app.ts';
import { loadLocales, type Locales } from './screens/locale.ts';
import { openAuditFile, type AuditOutput } from './audit/audit-file.ts';
import { createAuditTrail, type Audit, type AuditTrail } from './audit/audit.ts';
import { createAddressWatch, type AddressWatch } from './limits/address-watch.ts';
import { createMemoryState } from './state/memory-state.ts';
import { StateError } from './state/state-error.ts';
import type { State } from './state/state.ts';
import { createAccountSwitch, type AccountSwitch } from './web/account-switch.ts';
import { createBrowsers, type Browsers } from './web/browsers.ts';
import { createCsrf, type Csrf } from './web/csrf.ts';
import { createDepartures, type Departures } from './web/departures.ts';
import { createSignOutDetours, type SignOutDetours } from './web/sign-out-detours.ts';
import { createKnownBrowsers, type KnownBrowsers } from './limits/known-browser.ts';
import {
  createDeviceLimiter,
  createLoginLimiter,
  type DeviceLimiter,
  type LoginLimiter,
} from './limits/limits.ts';
import { limitsInMemory } from './limits/limit-home.ts';
import { createLimitsInDatabase } from './limits/limits-in-database.ts';
import { createLoginMark, type LoginMark } from './audit/login-mark.ts';
import { adminCallLog, createLog, standardOutput, type Log, type Output } from './web/log.ts';
import { createKeptSignIns, type KeptSignIns } from './web/kept-sign-ins.ts';
import { createLifecycle, type Lifecycle } from './web/lifecycle.ts';
import { createSessions, SessionStore, type Sessions, type SignIn } from './web/session.ts';
import { openTracer } from './tracing/open-tracer.ts';
import { adminCallSpans, createOutward, storeWithSpans } from './tracing/spans.ts';
import type { Tracer } from './tracing/tracer.ts';
import type { Watch } from './watch.ts';

/** What the app is made of. A route says which parts it needs: `Pick<Parts, 'hydra' | 'log'>`. */
export interface Parts {
  config: Config;
  policy: Config['policy'];
  log: Log;
  lifecycle: Lifecycle;
  /** Makes spans, where traces are wanted. */
  tracer: Tracer;
  audit: Audit;
  auditTrail: AuditTrail;
  hydra: Hydra;
  /** The database of DATABASE_URL, if there is one. */
  database: Database | undefined;
  identity: Identity;
  revocations: Revocations;
  challenges: Challenges;
  browsers: Browsers;
  csrf: Csrf;
  sessions: Sessions;
  state: State;
  keptSignIns: KeptSignIns;
  departures: Departures;
  signOutDetours: SignOutDetours;
  accountSwitch: AccountSwitch;
  leftApp: LeftApp;
  knownBrowsers: KnownBrowsers;
  loginMark: LoginMark;
  loginLimiter: LoginLimiter;
  deviceLimiter: DeviceLimiter;
  addressWatch: AddressWatch;
  locales: Locales;
  clientLogos: ClientLogos;
  apps: Apps;
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
  /** The page for a no in a device flow: it says that nothing was shared. */
  denied: string;
  /** Where the OAuth2 server signs people out; `undefined` if HYDRA_PUBLIC_URL is not set. */
  signOutOfServer: string | undefined;
  /** Where the OAuth2 server starts to ask for a device code; `undefined` in the same case. */
  enterCode: string | undefined;
}

/**
 * Builds the parts, once. Does not wait for the OAuth2 server, which may start later than we do.
 * @param to takes the lines of the log and, unless AUDIT_LOG names a file, of the audit trail
 * @param watch what watches the parts at work, if anything does
 * @throws Error when the database, people or languages cannot be read, or the audit log cannot be opened; the
 *   message is for the operator
 */
export async function assemble(
  config: Config,
  to = standardOutput(),
  watch?: Watch,
): Promise<Parts> {
  const output = watch?.output(to) ?? to;
  const { baseUrl, cookieSecrets: secrets } = config.web;
  const log = createLog(config.log.level, output, config.writer);
  for (const warning of config.warnings) log.warn(warning);
  for (const note of config.notes) log.info(note);
  const { href } = baseUrl;
  const tracer = await openTracer(config.tracing, { writer: config.writer, baseUrl: href, log });
  const outward = createOutward(tracer);
  const around = adminCallSpans(tracer, config.hydra.adminUrl);
  const hydra = createHydra(
    { ...config.hydra, headersNow: outward.headersNow, around },
    adminCallLog(log, watch),
    (text) => log.warn(text),
  );
  const revoke = (subject: string) => hydra.loginSessions.revoke({ subject });
  const revocations = createRevocations({ revoke, log });
  const queries = { ...outward.queries, observe: watch?.query };
  const database = await openSharedDatabase(config.database, log, queries);
  const state = await openState(config, database, log);
  const withSpans = (name: string, store: Identity) => storeWithSpans(name, store, tracer);
  const shared = { database, endSignIns: revocations.now, watch, outward, withSpans };
  const identity = await createIdentity({ ...config.identity, ...shared }, log, revocations.soon);
  const browsers = createBrowsers(baseUrl, secrets);
  const auditTrail = createAuditTrail({
    output: auditOutput(config.log.audit, log, output),
    browsers,
    secrets,
    base: baseUrl.path,
    audited: watch?.audited,
  });
  const { audit } = auditTrail;
  const limitHome = state.counts ? createLimitsInDatabase(state.counts) : limitsInMemory;
  const csrf = createCsrf(browsers, baseUrl.origin, audit);
  const clientLogos = createClientLogos({
    isOn: config.hasClientLogos,
    base: baseUrl.path,
    sealer: createSealer(secrets, 'client logo'),
    mayBeLoopback: baseUrl.isLoopback,
    log,
  });
  return {
    config,
    policy: config.policy,
    log,
    lifecycle: createLifecycle(),
    tracer,
    audit,
    auditTrail,
    hydra,
    database,
    identity,
    revocations,
    challenges: createChallenges({ audit, browsers, csrf, log, rows: state.answers, secrets }),
    browsers,
    csrf,
    sessions: createSessions(baseUrl, secrets, {
      store: new SessionStore(state.sessions, config.state === 'database' ? { secrets } : {}),
      isCurrent: provesToday(identity),
    }),
    state,
    keptSignIns: createKeptSignIns(baseUrl, secrets),
    departures: createDepartures(baseUrl, secrets),
    signOutDetours: createSignOutDetours(baseUrl, secrets),
    accountSwitch: createAccountSwitch(baseUrl),
    leftApp: createLeftApp(baseUrl),
    knownBrowsers: createKnownBrowsers(baseUrl, secrets),
    loginMark: createLoginMark(secrets),
    loginLimiter: createLoginLimiter(config.limits, limitHome),
    deviceLimiter: createDeviceLimiter(config.limits, limitHome),
    addressWatch: createAddressWatch(log),
    locales: loadLocales(folders.locales),
    clientLogos,
    apps: createApps({ house: config.brand, policy: config.policy, logos: clientLogos }),
    addresses: addressesOf(config),
    requiredActions,
  };
}

/** What instances share; a database may start later than we do. */
async function openState(
  { state }: Config,
  database: Database | undefined,
  log: Log,
): Promise<State> {
  if (state === 'memory' || !database) return createMemoryState();
  const { createDatabaseState } = await import('./state/database-state.ts');
  return waitForStore(() => createDatabaseState(database, log), log, undefined, {
    name: 'the database',
    isAway: (error) => error instanceof StateError,
  });
}

function auditOutput(target: string, log: Log, output: Output): AuditOutput {
  if (target !== 'stdout') return openAuditFile(target, { log });
  return { write: (line) => output.write(`${line}\n`), reopen() {}, close() {} };
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
    denied: `${base}/device/stopped`,
    signOutOfServer: publicUrl && `${publicUrl}/oauth2/sessions/logout`,
    enterCode: publicUrl && `${publicUrl}/oauth2/device/verify`,
  };
}
