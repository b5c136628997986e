/**
 * What the environment means: one row a setting, checked before the port opens. `.env.example` has
 * the same rows in the same order.
 */
import { accessSync, constants, readFileSync } from 'node:fs';
import { isIP } from 'node:net';

/** A public address of ours, taken apart once. */
export interface BaseUrl {
  /** `https://example.org/auth`, never with a slash at the end. */
  href: string;
  origin: string;
  /** `/auth`, or empty. */
  path: string;
  isSecure: boolean;
  isLoopback: boolean;
}

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';
export type TrustProxy = boolean | number | string[];

interface Row<T> {
  /** Ends the sentence "NAME must be …". */
  wants: string;
  /** `undefined`: the text is no such thing. */
  read(text: string): T | undefined;
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
  PORT: row('a port number, 0 to 65535', integer(0, 65_535), { fallback: '3000' }),
  HOST: row('a host name or address to listen on', text),
  BASE_URL: row(
    'the public address of this app, https (http only for localhost), without query or password',
    baseUrl,
    { isRequired: true },
  ),
  HYDRA_ADMIN_URL: row('the http(s) address of the admin API, without query or password', address, {
    isRequired: true,
  }),
  HYDRA_PUBLIC_URL: row('the http(s) address of the issuer, without query or password', address),
  HYDRA_ADMIN_TOKEN: row('a bearer token in one line', headerValue, {
    isSecret: true,
    alsoNamed: ['ORY_API_KEY', 'ORY_PAT'],
  }),
  HYDRA_ADMIN_HEADERS: row('a JSON object of header names and values', headers, {
    isSecret: true,
    fallback: '{}',
  }),
  HYDRA_ADMIN_CA_FILE: row('a readable file of certificates in PEM', fileText),
  MOCK_TLS_TERMINATION: row('true or false', boolean, { fallback: 'false' }),
  HYDRA_VERSION: row('a version such as 2.3.0', matching(/^v?\d+(\.\d+){0,2}(-.+)?$/)),
  HYDRA_TIMEOUT_MS: row('milliseconds, 100 to 60000', integer(100, 60_000), { fallback: '5000' }),
  HYDRA_TRANSPORT: row('got or undici', oneOf('got', 'undici'), { fallback: 'got' }),
  COOKIE_SECRET: row('one or more secrets of 32 characters or more, divided by commas', secrets, {
    isRequired: true,
    isSecret: true,
  }),
  TRUST_PROXY: row(
    'true, false, a number of proxies, or their addresses divided by commas',
    trustProxy,
  ),
  USERS_FILE: row('a readable file of people', readable, { isRequired: true }),
  LOGIN_REMEMBER_SECONDS: row('seconds, 0 or more', seconds, { fallback: '2592000' }),
  CONSENT_REMEMBER_SECONDS: row('seconds, 0 or more', seconds, { fallback: '0' }),
  CONSENT_PRESELECT: row('all or none', oneOf('all', 'none'), { fallback: 'all' }),
  SELF_REGISTRATION: row('on or off', oneOf('on', 'off'), { fallback: 'off' }),
  BRAND_NAME: row('a name of 1 to 60 characters', matching(/^.{1,60}$/), { fallback: 'Portico' }),
  BRAND_LOGO: row('a readable .svg, .png or .webp file', logo),
  SUPPORT_URL: row('an http(s) or mailto address', link),
  PRIVACY_URL: row('an http(s) address', webLink),
  TERMS_URL: row('an http(s) address', webLink),
  LOG_LEVEL: row(
    'fatal, error, warn, info, debug, trace or silent',
    oneOf('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    { fallback: 'info' },
  ),
};

/** The names of all settings, in the order of `.env.example`. */
export const settingNames = Object.keys(settings) as SettingName[];

type SettingName = keyof typeof settings;
type Read<R> = R extends { read(text: string): (infer T) | undefined } ? T : never;
type Values = { [N in SettingName]?: Read<(typeof settings)[N]> };

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
  return arrange(values as Required<Values>);
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
    given = fileText(file)?.trim();
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

function arrange(v: Required<Values>) {
  return deepFreeze({
    server: { port: v.PORT, host: v.HOST as string | undefined },
    web: {
      baseUrl: v.BASE_URL,
      cookieSecrets: v.COOKIE_SECRET,
      trustProxy: v.TRUST_PROXY ?? false,
    },
    hydra: {
      adminUrl: v.HYDRA_ADMIN_URL,
      publicUrl: v.HYDRA_PUBLIC_URL as string | undefined,
      token: v.HYDRA_ADMIN_TOKEN as string | undefined,
      headers: v.HYDRA_ADMIN_HEADERS,
      ca: v.HYDRA_ADMIN_CA_FILE as string | undefined,
      isTlsTerminationMocked: v.MOCK_TLS_TERMINATION,
      version: v.HYDRA_VERSION as string | undefined,
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
      logoFile: v.BRAND_LOGO as string | undefined,
      supportUrl: v.SUPPORT_URL as string | undefined,
      privacyUrl: v.PRIVACY_URL as string | undefined,
      termsUrl: v.TERMS_URL as string | undefined,
    },
    log: { level: v.LOG_LEVEL as LogLevel },
  });
}

function deepFreeze<T extends object>(part: T): Readonly<T> {
  for (const value of Object.values(part)) {
    if (typeof value === 'object' && value !== null) deepFreeze(value);
  }
  return Object.freeze(part);
}

function text(given: string): string {
  return given;
}

function matching(pattern: RegExp) {
  return (given: string) => (pattern.test(given) ? given : undefined);
}

function oneOf<const T extends string>(...allowed: T[]) {
  return (given: string) => allowed.find((value) => value === given);
}

function integer(least: number, most: number) {
  return (given: string) => {
    const value = /^\d{1,12}$/.test(given) ? Number(given) : Number.NaN;
    return value >= least && value <= most ? value : undefined;
  };
}

function seconds(given: string): number | undefined {
  return integer(0, 2 ** 31 - 1)(given);
}

function boolean(given: string): boolean | undefined {
  if (/^(true|1|on|yes)$/i.test(given)) return true;
  return /^(false|0|off|no)$/i.test(given) ? false : undefined;
}

function webLink(given: string): string | undefined {
  return URL.canParse(given) && /^https?:$/.test(new URL(given).protocol) ? given : undefined;
}

function link(given: string): string | undefined {
  return /^mailto:[^@\s]+@[^@\s]+$/.test(given) ? given : webLink(given);
}

/** Returns the address without a slash at its end. */
function address(given: string): string | undefined {
  const href = webLink(given);
  if (!href) return undefined;
  const url = new URL(href);
  if (url.username || url.password || url.search || url.hash) return undefined;
  return url.origin + url.pathname.replace(/\/+$/, '');
}

function baseUrl(given: string): BaseUrl | undefined {
  const href = address(given);
  if (!href) return undefined;
  const { origin, protocol, hostname } = new URL(href);
  const isLoopback = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
  const isSecure = protocol === 'https:';
  if (!isSecure && !isLoopback) return undefined;
  return { href, origin, path: href.slice(origin.length), isSecure, isLoopback };
}

function headerValue(given: string): string | undefined {
  return /^[\x20-\x7e]+$/.test(given) ? given : undefined;
}

function headers(given: string): Record<string, string> | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(given);
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
  const isHeader = ([name, value]: [string, unknown]) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name) && typeof value === 'string' && headerValue(value);
  return Object.entries(parsed).every(isHeader) ? (parsed as Record<string, string>) : undefined;
}

function secrets(given: string): string[] | undefined {
  const list = given.split(',').map((secret) => secret.trim());
  return list.every((secret) => secret.length >= 32) ? list : undefined;
}

function trustProxy(given: string): TrustProxy | undefined {
  if (/^\d+$/.test(given)) return Number(given);
  if (/^(true|false)$/.test(given)) return given === 'true';
  const list = given.split(',').map((entry) => entry.trim());
  const isProxy = (entry: string) =>
    /^(loopback|linklocal|uniquelocal)$/.test(entry) ||
    (isIP(entry.replace(/\/\d{1,3}$/, '')) > 0 && !entry.endsWith('/'));
  return list.every(isProxy) ? list : undefined;
}

function readable(path: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return path;
  } catch {
    return undefined;
  }
}

function fileText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function logo(path: string): string | undefined {
  return /\.(svg|png|webp)$/.test(path) ? readable(path) : undefined;
}

function withoutPassword(given: string): string {
  return given.replace(/\/\/[^/@]*@/, '//…@');
}
