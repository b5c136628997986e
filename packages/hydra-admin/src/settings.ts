import { kind, setting, type ReadSettings, type Settings } from '@portico/settings';
import { certificatesIn } from './certificates.ts';
import type { HydraConfig } from './hydra-config.ts';

/** The settings by which a program reaches an admin API. */
export const hydraSettings = {
  HYDRA_ADMIN_URL: setting(
    'the http(s) address of the admin API, without query or password',
    kind.address,
    { isRequired: true },
  ),
  HYDRA_PUBLIC_URL: setting(
    'the http(s) address of the issuer, without query or password',
    kind.address,
  ),
  HYDRA_ADMIN_TOKEN: setting('a bearer token in one line', kind.headerValue, {
    isSecret: true,
    alsoNamed: ['ORY_API_KEY', 'ORY_PAT'],
  }),
  HYDRA_ADMIN_HEADERS: setting('a JSON object of header names and values', kind.headers, {
    isSecret: true,
    fallback: '{}',
  }),
  HYDRA_ADMIN_CA_FILE: setting('a readable file of certificates in PEM', certificateFile),
  MOCK_TLS_TERMINATION: setting('true or false', kind.boolean, { fallback: 'false' }),
  HYDRA_VERSION: setting('a version such as 2.3.0', kind.matching(/^v?\d+(\.\d+){0,2}(-.+)?$/)),
  HYDRA_TIMEOUT_MS: setting('milliseconds, 100 to 60000', kind.integer(100, 60_000), {
    fallback: '5000',
  }),
  HYDRA_TRANSPORT: setting('got or undici', kind.oneOf('got', 'undici'), { fallback: 'got' }),
  HTTPS_PROXY: setting('the http(s) address of a proxy', proxyAddress, {
    isSecret: true,
    alsoNamed: ['https_proxy'],
  }),
  HTTP_PROXY: setting('the http(s) address of a proxy', proxyAddress, {
    isSecret: true,
    alsoNamed: ['http_proxy'],
  }),
  NO_PROXY: setting('hosts, separated by commas', kind.text, { alsoNamed: ['no_proxy'] }),
} satisfies Settings;

/**
 * The configuration of a client, from the values of its settings.
 * @param files from `readSettings`: a token that came from a file is read again when the file
 *   changes
 */
export function hydraConfigOf(
  values: ReadSettings<typeof hydraSettings>['values'],
  files: ReadSettings<typeof hydraSettings>['files'] = {},
) {
  const tokenFile = files.HYDRA_ADMIN_TOKEN;
  const caFile = values.HYDRA_ADMIN_CA_FILE;
  return {
    adminUrl: values.HYDRA_ADMIN_URL,
    publicUrl: values.HYDRA_PUBLIC_URL,
    token: tokenFile === undefined ? values.HYDRA_ADMIN_TOKEN : { file: tokenFile },
    headers: values.HYDRA_ADMIN_HEADERS,
    ca: caFile === undefined ? undefined : { file: caFile },
    isTlsTerminationMocked: values.MOCK_TLS_TERMINATION,
    version: values.HYDRA_VERSION,
    timeoutMs: values.HYDRA_TIMEOUT_MS,
    transport: values.HYDRA_TRANSPORT,
    proxy: {
      https: values.HTTPS_PROXY,
      http: values.HTTP_PROXY,
      except: values.NO_PROXY,
    },
  } satisfies HydraConfig;
}

/** As other programs take it: without a scheme, http is meant. */
function proxyAddress(given: string): string | undefined {
  const text = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const href = kind.webLink(text);
  if (!href) return undefined;
  const { pathname, search, hash, username, password } = new URL(href);
  const isDecodable = /^(?:[^%]|%[\da-f]{2})*$/i.test(username + password);
  return pathname === '/' && !search && !hash && isDecodable ? href : undefined;
}

/** Returns the path: its content may change later. */
function certificateFile(path: string): string | undefined {
  try {
    certificatesIn(kind.fileText(path) ?? '');
    return path;
  } catch {
    return undefined;
  }
}
