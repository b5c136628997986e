/** The settings: one row each, all read from the environment and checked before the port opens. */
import { hydraConfigOf, hydraSettings } from '@portico/hydra-admin';
import {
  inForce,
  kind,
  readSettings,
  setting,
  textsOf,
  type Environment,
  type ReadSettings,
  type Settings,
  type ValuesOf,
} from '@portico/settings';
import { claimSettings } from './identity/claim-settings.ts';
import {
  backendSetting,
  chosenBackends,
  faultsOfBackends,
  settingsOfBackends,
  type BackendName,
  type IdentityConfig,
} from './identity/index.ts';
import { fingerprintOf } from './fingerprint.ts';
import { databaseSettings } from './database.ts';
import {
  managementFaults,
  managementOf,
  managementSettings,
} from './management/management-settings.ts';
import { brandFaults, brandOf, brandSettings } from './screens/brand-settings.ts';
import { writerOf, type Writer } from './writer.ts';
import { tracingOf, type TracingConfig } from './tracing/tracing-settings.ts';

/** In the order of `.env.example`. */
const appSettings = {
  PORT: setting('a port number, 0 to 65535', kind.integer(0, 65_535), {
    fallback: '3000',
    mayDiffer: true,
  }),
  HOST: setting('a host name or address to listen on', kind.text, { mayDiffer: true }),
  KEEP_ALIVE_SECONDS: setting('seconds, 1 to 3600', kind.integer(1, 3_600), { fallback: '75' }),
  DRAIN_SECONDS: setting('seconds, 0 to 300', kind.integer(0, 300), { fallback: '0' }),
  BASE_URL: setting(
    'the public address of this app, https (http only for localhost), without query, password, `;` or `//` in its path',
    kind.baseUrl,
    { isRequired: true },
  ),
  ...hydraSettings,
  COOKIE_SECRET: setting(
    'one or more secrets of 32 characters or more, separated by commas',
    kind.secrets,
    { isRequired: true, isSecret: true, doubt: kind.weakSecrets },
  ),
  TRUST_PROXY: setting(
    'false, a number of proxies, or their addresses separated by commas',
    kind.trustProxy,
  ),
  LIMIT_ADDRESS_TRIES: setting(
    'a number of wrong passwords, 5 to 100000',
    kind.integer(5, 100_000),
    {
      fallback: '50',
    },
  ),
  LIMIT_TRUSTED_NETWORKS: setting(
    'addresses or networks, such as 10.0.0.0/8, separated by commas',
    kind.networks,
  ),
  PASSWORD_CHECKS_AT_ONCE: setting('a number, 1 to 64', kind.integer(1, 64), { fallback: '2' }),
  PASSWORD_CHECKS_WAITING: setting('a number, 0 to 10000', kind.integer(0, 10_000), {
    fallback: '256',
  }),
  LOGIN_REMEMBER_SECONDS: setting('seconds, 0 or more', kind.seconds, { fallback: '2592000' }),
  CONSENT_REMEMBER_SECONDS: setting('seconds, 0 or more', kind.seconds, { fallback: '0' }),
  CONSENT_PRESELECT: setting('all or none', kind.oneOf('all', 'none'), { fallback: 'all' }),
  SELF_REGISTRATION: setting('on or off', kind.oneOf('on', 'off'), { fallback: 'off' }),
  ...claimSettings,
  ...brandSettings,
  CLIENT_LOGOS: setting('on or off', kind.oneOf('on', 'off'), { fallback: 'on' }),
  FORGOT_PASSWORD_URL: setting('an http(s) address', kind.webLink, { doubt: kind.plainLink }),
  REGISTER_URL: setting('an http(s) address', kind.webLink, { doubt: kind.plainLink }),
  CHANGE_PASSWORD_URL: setting('an http(s) address', kind.webLink),
  ...managementSettings,
  CONTROL_SOCKET: setting('the path of a socket to make, or off', kind.text, { mayDiffer: true }),
  LOG_LEVEL: setting(
    'fatal, error, warn, info, debug, trace or silent',
    kind.oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    { fallback: 'info', mayDiffer: true },
  ),
  AUDIT_LOG: setting(
    'stdout, or the path of a file with at least one slash in it',
    kind.matching(/^stdout$|\//),
    { fallback: 'stdout', mayDiffer: true },
  ),
  ...databaseSettings,
  STATE: setting('memory or database', kind.oneOf('memory', 'database')),
  IDENTITY: backendSetting,
} satisfies Settings;

type Values = ValuesOf<typeof appSettings>;
export type Config = ReturnType<typeof loadConfig>;

/**
 * Reads and checks all settings.
 * @param env the environment, such as `process.env`
 * @returns the values, grouped by the part of the app that uses them, frozen; `fingerprint` makes marks of
 *   them, by which instances can be compared
 * @throws SettingsError that lists all faults, not only the first
 */
export function loadConfig(env: Environment) {
  const settings = settingsFor(env);
  const backends = chosenBackends(env);
  const tracing = tracingOf(env);
  const { values, files, warnings } = readSettings(settings, env, (known) => [
    ...proxyFaults(known, env),
    ...brandFaults(known, env),
    ...faultsOfBackends(backends, known),
    ...databaseFaults(backends, env),
    ...stateFaults(known, env),
    ...managementFaults(known),
    ...tracing.faults,
  ]);
  const identity = settingsOfBackends(backends);
  const own = <T>(all: Record<string, T>) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => Object.hasOwn(identity, name)));
  const ofBackends = { backends, settings: own(values), secretFiles: own(files) };
  // Not from files that may have changed by the time it is asked: these are the settings in force.
  const texts = textsOf(settings, env);
  const marks = once(async () => fingerprintOf(settings, texts));
  const arranged = arrange(
    { values, files, warnings: [...warnings, ...tracing.warnings] },
    {
      ofBackends,
      writer: writerOf(env),
      tracing: tracing.config,
      inForce: inForce({ ...settings, ...tracing.settings }, env),
    },
  );
  return Object.freeze({ ...arranged, fingerprint: marks });
}

/** A function that works only when it is asked, and only the first time. */
function once<T>(work: () => T): () => T {
  let done: { result: T } | undefined;
  return () => (done ??= { result: work() }).result;
}

/** All settings that apply in this environment: the app's own, then those of the chosen backends. */
export function settingsFor(env: Environment) {
  return { ...appSettings, ...settingsOfBackends(chosenBackends(env)) };
}

function proxyFaults({ BASE_URL, TRUST_PROXY }: Partial<Values>, env: Environment): string[] {
  if (!BASE_URL?.isSecure) return [];
  const { wants } = appSettings.TRUST_PROXY;
  if (TRUST_PROXY === true) {
    return [
      `TRUST_PROXY is "true". With an https BASE_URL it must be ${wants}: ` +
        'with "true", every browser could choose its own address and guess passwords without a limit.',
    ];
  }
  if (TRUST_PROXY !== undefined || env['TRUST_PROXY']?.trim()) return [];
  return [
    `TRUST_PROXY is not set. With an https BASE_URL it must be ${wants}: ` +
      'behind a proxy, wrong passwords would otherwise count as coming from one address.',
  ];
}

/** A value that is there and wrong has been told already. */
function databaseFaults(backends: readonly BackendName[], env: Environment): string[] {
  const names = ['DATABASE_URL', 'PEOPLE_DATABASE_URL'].flatMap((name) => [name, `${name}_FILE`]);
  if (!backends.includes('sql') || names.some((name) => env[name]?.trim())) return [];
  return [`DATABASE_URL is not set. IDENTITY=sql needs it: ${appSettings.DATABASE_URL.wants}.`];
}

function stateFaults({ STATE }: Partial<Values>, env: Environment): string[] {
  const isGiven = [env['DATABASE_URL'], env['DATABASE_URL_FILE']].some((text) => text?.trim());
  if (STATE !== 'database' || isGiven) return [];
  return [`DATABASE_URL is not set. STATE=database needs it: ${appSettings.DATABASE_URL.wants}.`];
}

function arrange(
  { values: v, files, warnings }: ReadSettings<typeof appSettings>,
  {
    ofBackends,
    ...about
  }: {
    ofBackends: Pick<IdentityConfig, 'backends' | 'settings' | 'secretFiles'>;
    writer: Writer;
    tracing: TracingConfig | undefined;
    inForce: Record<string, string>;
  },
) {
  const { brand, notes } = brandOf(v);
  return deepFreeze({
    server: {
      port: v.PORT,
      host: v.HOST,
      keepAliveSeconds: v.KEEP_ALIVE_SECONDS,
      drainSeconds: v.DRAIN_SECONDS,
    },
    web: {
      baseUrl: v.BASE_URL,
      cookieSecrets: v.COOKIE_SECRET,
      trustProxy: v.TRUST_PROXY ?? false,
    },
    hydra: hydraConfigOf(v, files),
    limits: {
      addressTries: v.LIMIT_ADDRESS_TRIES,
      trustedNetworks: v.LIMIT_TRUSTED_NETWORKS ?? [],
    },
    /** The address of the database, if there is one. */
    database: v.DATABASE_URL,
    /** Where sessions, answers and counts of wrong attempts are. */
    state: v.STATE ?? (v.DATABASE_URL ? 'database' : 'memory'),
    identity: {
      ...ofBackends,
      mayHaveDemoUsers: v.BASE_URL.isLoopback,
      passwordChecks: { atOnce: v.PASSWORD_CHECKS_AT_ONCE, waiting: v.PASSWORD_CHECKS_WAITING },
    },
    policy: {
      loginRememberSeconds: v.LOGIN_REMEMBER_SECONDS,
      consentRememberSeconds: v.CONSENT_REMEMBER_SECONDS,
      consentPreselect: v.CONSENT_PRESELECT,
      isSelfRegistrationOn: v.SELF_REGISTRATION === 'on',
    },
    claims: {
      ofScope: v.SCOPE_CLAIMS ?? new Map<string, readonly string[]>(),
      inAccessToken: v.ACCESS_TOKEN_CLAIMS ?? [],
    },
    brand,
    hasClientLogos: v.CLIENT_LOGOS === 'on',
    /** Pages for people's own accounts, where there are any. */
    account: {
      forgotPasswordUrl: v.FORGOT_PASSWORD_URL,
      registerUrl: v.REGISTER_URL,
      changePasswordUrl: v.CHANGE_PASSWORD_URL,
    },
    /** Where the management port listens, if there is one. */
    management: managementOf(v),
    controlSocket: v.CONTROL_SOCKET,
    log: { level: v.LOG_LEVEL, audit: v.AUDIT_LOG },
    /** What this process is called, where traces go if they are wanted, and the settings for the log. */
    ...about,
    /** For the log at start: what is correct but not safe. */
    warnings,
    /** For the log at start: what was changed in a setting. */
    notes,
  });
}

function deepFreeze<T extends object>(part: T): Readonly<T> {
  for (const value of Object.values(part)) {
    if (typeof value === 'object' && value !== null) deepFreeze(value);
  }
  return Object.freeze(part);
}
