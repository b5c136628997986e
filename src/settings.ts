/** Every setting: one row each, in the order of `.env.example`. */
import * as kind from './setting-kinds.ts';

export interface Row<T> {
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

export const settings = {
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

export type SettingName = keyof typeof settings;
type Read<R> = R extends { read: (text: string) => (infer T) | undefined } ? T : never;
export type Values = { [N in SettingName]?: Read<(typeof settings)[N]> };

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
export type Checked = Pick<Values, Optional> & Required<Omit<Values, Optional>>;
