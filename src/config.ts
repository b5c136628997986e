/**
 * What the environment means: one row a setting, checked before the port opens. `.env.example` has
 * the same rows in the same order.
 */
import * as kind from './setting-kinds.ts';

interface Row<T> {
  /** Ends the sentence "NAME must be …". */
  wants: string;
  /** `undefined`: the text is no such thing. */
  read: (text: string) => T | undefined;
  fallback?: string;
  isRequired?: true;
  /** Its value is never shown, and may come from the file that `NAME_FILE` names. */
  isSecret?: true;
  /** Other names for the same thing, as other programs call it. */
  alsoNamed?: string[];
}

const row = <T>(
  wants: string,
  read: Row<T>['read'],
  more: Omit<Row<T>, 'wants' | 'read'> = {},
) => ({
  wants,
  read,
  ...more,
});

const settings = {
  PORT: row('a port number, 0 to 65535', kind.integer(0, 65_535), { fallback: '3000' }),
  HOST: row('a host name or address to listen on', kind.text),
  BASE_URL: row(
    'the public address of this app, https (http only for localhost), without query or password',
    kind.baseUrl,
    { isRequired: true },
  ),
  HYDRA_ADMIN_URL: row(
    'the http(s) address of the admin API, without query or password',
    kind.address,
    {
      isRequired: true,
    },
  ),
  HYDRA_PUBLIC_URL: row(
    'the http(s) address of the issuer, without query or password',
    kind.address,
  ),
  HYDRA_ADMIN_TOKEN: row('a bearer token in one line', kind.headerValue, {
    isSecret: true,
    alsoNamed: ['ORY_API_KEY', 'ORY_PAT'],
  }),
  HYDRA_ADMIN_HEADERS: row('a JSON object of header names and values', kind.headers, {
    isSecret: true,
    fallback: '{}',
  }),
  HYDRA_ADMIN_CA_FILE: row('a readable file of certificates in PEM', kind.fileText),
  MOCK_TLS_TERMINATION: row('true or false', kind.boolean, { fallback: 'false' }),
  HYDRA_VERSION: row('a version such as 2.3.0', kind.matching(/^v?\d+(\.\d+){0,2}(-.+)?$/)),
  HYDRA_TIMEOUT_MS: row('milliseconds, 100 to 60000', kind.integer(100, 60_000), {
    fallback: '5000',
  }),
  HYDRA_TRANSPORT: row('got or undici', kind.oneOf('got', 'undici'), { fallback: 'got' }),
  COOKIE_SECRET: row(
    'one or more secrets of 32 characters or more, divided by commas',
    kind.secrets,
    {
      isRequired: true,
      isSecret: true,
    },
  ),
  TRUST_PROXY: row(
    'true, false, a number of proxies, or their addresses divided by commas',
    kind.trustProxy,
  ),
  USERS_FILE: row('a readable file of people', kind.readable, { isRequired: true }),
  LOGIN_REMEMBER_SECONDS: row('seconds, 0 or more', kind.seconds, { fallback: '2592000' }),
  CONSENT_REMEMBER_SECONDS: row('seconds, 0 or more', kind.seconds, { fallback: '0' }),
  CONSENT_PRESELECT: row('all or none', kind.oneOf('all', 'none'), { fallback: 'all' }),
  SELF_REGISTRATION: row('on or off', kind.oneOf('on', 'off'), { fallback: 'off' }),
  BRAND_NAME: row('a name of 1 to 60 characters', kind.matching(/^.{1,60}$/), {
    fallback: 'Portico',
  }),
  BRAND_LOGO: row('a readable .svg, .png or .webp file', kind.logo),
  SUPPORT_URL: row('an http(s) or mailto address', kind.link),
  PRIVACY_URL: row('an http(s) address', kind.webLink),
  TERMS_URL: row('an http(s) address', kind.webLink),
  LOG_LEVEL: row(
    'fatal, error, warn, info, debug, trace or silent',
    kind.oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    { fallback: 'info' },
  ),
};

/** The names of all settings, in the order of `.env.example`. */
export const settingNames = Object.keys(settings) as SettingName[];

type SettingName = keyof typeof settings;
type Read<R> = R extends { read: (text: string) => (infer T) | undefined } ? T : never;
type Values = { [N in SettingName]?: Read<(typeof settings)[N]> };

/** Settings that may be missing; all others have a value or a fault. */
type Optional =
  | 'HOST'
  | 'HYDRA_PUBLIC_URL'
  | 'HYDRA_ADMIN_TOKEN'
  | 'HYDRA_ADMIN_CA_FILE'
  | 'HYDRA_VERSION'
  | 'TRUST_PROXY'
  | 'BRAND_LOGO'
  | 'SUPPORT_URL'
  | 'PRIVACY_URL'
  | 'TERMS_URL';
type Checked = Pick<Values, Optional> & Required<Omit<Values, Optional>>;

/** All that is wrong with the settings, each fault a sentence that names setting, value and wish. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: string[];

  constructor(faults: string[]) {
    super(
      ['These settings need another look:', ...faults.map((fault) => `  - ${fault}`)].join('\n'),
    );
    this.faults = faults;
  }
}

export type Config = ReturnType<typeof loadConfig>;

/**
 * Reads all settings at once.
 * @param env the environment, such as `process.env`
 * @returns frozen, nested by the part that each slice is for
 * @throws ConfigError with every fault, not only the first
 */
export function loadConfig(env: Record<string, string | undefined>) {
  const faults: string[] = [];
  const values: Values = {};
  for (const name of settingNames) {
    const fault = readSetting(name, env, values);
    if (fault) faults.push(fault);
  }
  if (
    values.BASE_URL?.isSecure &&
    values.TRUST_PROXY === undefined &&
    !env['TRUST_PROXY']?.trim()
  ) {
    faults.push(
      'TRUST_PROXY is not set. With an https BASE_URL it must be ' +
        `${settings.TRUST_PROXY.wants}: without it no secure cookie is sent behind a proxy.`,
    );
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return arrange(values as Checked);
}

/** Puts the value of one setting into `values`, or returns what is wrong with it. */
function readSetting(name: SettingName, env: Record<string, string | undefined>, values: Values) {
  const {
    wants,
    read,
    fallback,
    isRequired,
    isSecret,
    alsoNamed = [],
  }: Row<unknown> = settings[name];
  let given = [name, ...alsoNamed].map((alias) => env[alias]?.trim()).find(Boolean);
  const file = isSecret && !given ? env[`${name}_FILE`]?.trim() : undefined;
  if (file) {
    given = kind.fileText(file)?.trim();
    if (!given) return `${name}_FILE is "${file}", which cannot be read or is empty.`;
  }
  const chosen = given ?? fallback;
  if (chosen === undefined) {
    return isRequired ? `${name} is not set. It must be ${wants}.` : undefined;
  }
  const value = read(chosen);
  if (value === undefined) {
    const shown = isSecret ? 'a value that is not shown' : `"${withoutPassword(chosen)}"`;
    return `${name} is ${shown}. It must be ${wants}.`;
  }
  Object.assign(values, { [name]: value });
  return undefined;
}

function arrange(v: Checked) {
  return deepFreeze({
    server: { port: v.PORT, host: v.HOST },
    web: {
      baseUrl: v.BASE_URL,
      cookieSecrets: v.COOKIE_SECRET,
      trustProxy: v.TRUST_PROXY ?? false,
    },
    hydra: {
      adminUrl: v.HYDRA_ADMIN_URL,
      publicUrl: v.HYDRA_PUBLIC_URL,
      token: v.HYDRA_ADMIN_TOKEN,
      headers: v.HYDRA_ADMIN_HEADERS,
      ca: v.HYDRA_ADMIN_CA_FILE,
      isTlsTerminationMocked: v.MOCK_TLS_TERMINATION,
      version: v.HYDRA_VERSION,
      timeoutMs: v.HYDRA_TIMEOUT_MS,
      transport: v.HYDRA_TRANSPORT,
    },
    identity: { usersFile: v.USERS_FILE, mayHaveDemoUsers: v.BASE_URL.isLoopback },
    policy: {
      loginRememberSeconds: v.LOGIN_REMEMBER_SECONDS,
      consentRememberSeconds: v.CONSENT_REMEMBER_SECONDS,
      consentPreselect: v.CONSENT_PRESELECT,
      isSelfRegistrationOn: v.SELF_REGISTRATION === 'on',
    },
    brand: {
      name: v.BRAND_NAME,
      logoFile: v.BRAND_LOGO,
      supportUrl: v.SUPPORT_URL,
      privacyUrl: v.PRIVACY_URL,
      termsUrl: v.TERMS_URL,
    },
    log: { level: v.LOG_LEVEL },
  });
}

function deepFreeze<T extends object>(part: T): Readonly<T> {
  for (const value of Object.values(part)) {
    if (typeof value === 'object' && value !== null) deepFreeze(value);
  }
  return Object.freeze(part);
}

function withoutPassword(given: string): string {
  return given.replace(/\/\/[^/@]*@/, '//…@');
}
