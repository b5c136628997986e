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
