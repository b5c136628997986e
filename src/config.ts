/** What the environment means, checked before the port opens. The settings are in `settings.ts`. */
import { fileText } from './setting-kinds.ts';
import {
  settingNames,
  settings,
  type Checked,
  type Row,
  type SettingName,
  type Values,
} from './settings.ts';

export { settingNames };

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

/** All that the tools beside the app need: nobody should have to hand them the app's own secrets. */
const toolSettings = [
  'BASE_URL',
  'HYDRA_ADMIN_URL',
  'HYDRA_PUBLIC_URL',
  'HYDRA_ADMIN_TOKEN',
  'HYDRA_ADMIN_HEADERS',
  'HYDRA_ADMIN_CA_FILE',
  'MOCK_TLS_TERMINATION',
  'HYDRA_VERSION',
  'HYDRA_TIMEOUT_MS',
  'HYDRA_TRANSPORT',
] as const satisfies SettingName[];

export type ToolConfig = ReturnType<typeof loadToolConfig>;

/**
 * Reads all settings at once.
 * @param env the environment, such as `process.env`
 * @returns frozen, nested by the part that each slice is for
 * @throws ConfigError with every fault, not only the first
 */
export function loadConfig(env: Record<string, string | undefined>) {
  const { values, faults } = readSettings(settingNames, env);
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

/**
 * Reads what tools need that speak to the admin API.
 * @returns `baseUrl` is `undefined` when it is not set: most tools do without
 * @throws ConfigError with every fault of these settings
 */
export function loadToolConfig(env: Record<string, string | undefined>) {
  const names = toolSettings.filter((name) => name !== 'BASE_URL' || env[name]?.trim());
  const { values, faults } = readSettings(names, env);
  if (faults.length > 0) throw new ConfigError(faults);
  return deepFreeze({ baseUrl: values.BASE_URL, hydra: hydraPart(values as Checked) });
}

function readSettings(names: readonly SettingName[], env: Record<string, string | undefined>) {
  const faults: string[] = [];
  const values: Values = {};
  for (const name of names) {
    const fault = readSetting(name, env, values);
    if (fault) faults.push(fault);
  }
  return { values, faults };
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

function arrange(v: Checked) {
  return deepFreeze({
    server: { port: v.PORT, host: v.HOST },
    web: {
      baseUrl: v.BASE_URL,
      cookieSecrets: v.COOKIE_SECRET,
      trustProxy: v.TRUST_PROXY ?? false,
    },
    hydra: hydraPart(v),
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

function hydraPart(v: Checked) {
  return {
    adminUrl: v.HYDRA_ADMIN_URL,
    publicUrl: v.HYDRA_PUBLIC_URL,
    token: v.HYDRA_ADMIN_TOKEN,
    headers: v.HYDRA_ADMIN_HEADERS,
    ca: v.HYDRA_ADMIN_CA_FILE,
    isTlsTerminationMocked: v.MOCK_TLS_TERMINATION,
    version: v.HYDRA_VERSION,
    timeoutMs: v.HYDRA_TIMEOUT_MS,
    transport: v.HYDRA_TRANSPORT,
  };
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
