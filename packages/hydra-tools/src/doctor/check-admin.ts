import type { ToolConfig } from '../settings.ts';
import {
  createExchange,
  type Hydra,
  HydraError,
  type Answer,
  detectDialect,
} from '@portico/hydra-admin';
import { isLoopback, isSecure } from './addresses.ts';
import { certificateFault } from './certificates.ts';
import { checkClock } from './check-clock.ts';
import type { Report } from './report.ts';
import { sentenceOf } from '../server-failure.ts';

/** A login request that no server has: to ask for it changes nothing and reveals nothing. */
export const harmlessPath = '/oauth2/auth/requests/login?login_challenge=x';

/**
 * True if an admin API answered that it does not know the request; a missing route answers
 * differently.
 */
export function isAdminAnswer({ status, body }: Pick<Answer, 'status' | 'body'>): boolean {
  try {
    return status === 404 && typeof JSON.parse(body).error === 'string';
  } catch {
    return false;
  }
}

/**
 * Checks the admin API.
 * @returns whether further checks make sense
 */
export async function checkAdmin(
  hydra: Hydra,
  config: ToolConfig['hydra'],
  report: Report,
): Promise<boolean> {
  const refusal = await hydra.login.get('portico-doctor').then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(refusal instanceof HydraError) || refusal.kind !== 'unknown') {
    const isHydra = refusal instanceof HydraError;
    const why = isHydra ? sentenceOf(refusal, config) : `${config.adminUrl} is not an admin API.`;
    const isToken = isHydra && refusal.kind === 'refused';
    const code = isHydra ? /\((\w+)\)/.exec(refusal.message)?.[1] : undefined;
    const certificate = certificateFault(code, 'HYDRA_ADMIN_CA_FILE');
    if (certificate) {
      const says = `The admin API, ${config.adminUrl}, ${certificate}`;
      report.fault('certificate', says, 'HYDRA_ADMIN_CA_FILE');
      return false;
    }
    report.fault('admin', why, isToken ? 'HYDRA_ADMIN_TOKEN' : 'HYDRA_ADMIN_URL');
    return false;
  }
  report.ok('admin', `The admin API answers at ${config.adminUrl}.`);
  if (await hydra.server.ready(config.timeoutMs))
    report.ok('ready', 'The server reports that it is ready.');
  else {
    const what =
      'its database cannot be reached or lacks migrations: see its log, and run "hydra migrate sql"';
    report.fault('ready', `The server reports that it is not ready: ${what}.`, 'DSN');
  }
  const { exchange, close } = createExchange(config);
  const get = (path: string) => exchange({ method: 'GET', path, end: endOf(config) });
  try {
    const { dialect } = await detectDialect((path) => get(path).catch(() => undefined));
    await checkVersion(hydra, { isOld: dialect.prefix === '', wanted: config.version }, report);
    const { headers } = await get('/health/alive');
    checkClock('admin API', new Date(String(headers['date'])), report);
    await checkProtection(config, dialect.prefix, report);
  } catch (error) {
    report.warning('admin', `Some checks of the admin API failed: ${textOf(error)}.`);
  } finally {
    await close();
  }
  return true;
}

async function checkVersion(
  hydra: Hydra,
  { isOld, wanted }: { isOld: boolean; wanted: string | undefined },
  report: Report,
): Promise<void> {
  const reported = await hydra.server.version().catch(() => undefined);
  const family = isOld ? '1.x' : '2.0 or later';
  const isNumbered = reported !== undefined && /^v?\d/.test(reported);
  const name = isNumbered
    ? reported
    : `${reported ? `"${reported}"` : 'of a hidden version'}, by its routes ${family}`;
  if (wanted !== undefined && isNumbered && majorOf(wanted) !== majorOf(reported)) {
    const says = `HYDRA_VERSION is ${wanted}, but the server is ${reported}: correct it, or leave it out.`;
    return report.fault('version', says, 'HYDRA_VERSION');
  }
  if (!isOld) return report.ok('version', `The server is ${name}.`);
  const says = `The server is ${name}: 1.x gets no fixes any more. Upgrade to a current version.`;
  return report.warning('version', says);
}

/** Checks whether the admin API answers without token and headers. */
async function checkProtection(
  config: ToolConfig['hydra'],
  prefix: string,
  report: Report,
): Promise<void> {
  const { adminUrl, token } = config;
  if (isLoopback(adminUrl))
    return report.ok('protection', 'Only this machine can reach the admin address.');
  if (!isSecure(adminUrl) && (token !== undefined || Object.keys(config.headers).length > 0)) {
    const says = `Token and headers are sent unencrypted to ${adminUrl}: use https.`;
    report.warning('encryption', says, 'HYDRA_ADMIN_URL');
  }
  const { exchange, close } = createExchange({ ...config, token: undefined, headers: {} });
  const path = prefix + harmlessPath;
  const answer = await exchange({ method: 'GET', path, end: endOf(config) }).finally(close);
  if (!isAdminAnswer(answer))
    return report.ok('protection', 'The admin API refuses access without a token.');
  const says = `Anybody who can reach ${adminUrl} has full access, without a token: bind SERVE_ADMIN_HOST to a private network, or put a gateway in front and its token into HYDRA_ADMIN_TOKEN.`;
  return report.warning('protection', says, 'SERVE_ADMIN_HOST');
}

function endOf({ timeoutMs }: ToolConfig['hydra']): number {
  return performance.now() + timeoutMs;
}

function majorOf(version: string): string | undefined {
  return /^v?(\d+)/.exec(version)?.[1];
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
