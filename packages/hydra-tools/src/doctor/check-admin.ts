import type { ToolConfig } from '../settings.ts';
import {
  createExchange,
  type Hydra,
  HydraError,
  type Answer,
  detectDialect,
} from '@portico/hydra-admin';
import { sentenceOf } from '../failure.ts';
import { isLoopback, isSecure } from './addresses.ts';
import { checkClock } from './check-clock.ts';
import type { Report } from './report.ts';

/** A login request that no server has: asking for it changes and tells nothing. */
export const harmlessPath = '/oauth2/auth/requests/login?login_challenge=x';

/** Did an admin API say that it does not know this request? A missing route says it otherwise. */
export function isAdminAnswer({ status, body }: Pick<Answer, 'status' | 'body'>): boolean {
  try {
    return status === 404 && typeof JSON.parse(body).error === 'string';
  } catch {
    return false;
  }
}

/**
 * Looks at the admin API itself.
 * @returns whether there is one to go on with
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
    const why = isHydra
      ? sentenceOf(refusal, config)
      : `What answers at ${config.adminUrl} is no admin API.`;
    const isToken = isHydra && refusal.kind === 'refused';
    report.fault('admin', why, isToken ? 'HYDRA_ADMIN_TOKEN' : 'HYDRA_ADMIN_URL');
    return false;
  }
  report.ok('admin', `The admin API answers at ${config.adminUrl}.`);
  if (await hydra.server.ready(config.timeoutMs))
    report.ok('ready', 'The server says that it is ready.');
  else {
    const what =
      'its database is away or lacks migrations: look at its log and run "hydra migrate sql"';
    report.fault('ready', `The server says that it is not ready: ${what}.`, 'DSN');
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
    report.warning(
      'admin',
      `Not everything about the admin API could be looked at: ${textOf(error)}.`,
    );
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
  const told = await hydra.server.version().catch(() => undefined);
  const family = isOld ? '1.x' : '2.0 or later';
  const isNumbered = told !== undefined && /^v?\d/.test(told);
  const name = isNumbered
    ? told
    : `${told ? `"${told}"` : 'a version that it hides'}, ${family} by its routes`;
  if (wanted !== undefined && isNumbered && majorOf(wanted) !== majorOf(told)) {
    const says = `HYDRA_VERSION is ${wanted}, but the server is ${told}: correct it, or leave it out.`;
    return report.fault('version', says, 'HYDRA_VERSION');
  }
  if (!isOld) return report.ok('version', `The server is ${name}.`);
  const says = `The server is ${name}: nobody mends the faults of 1.x any more. Move to a current version.`;
  return report.warning('version', says);
}

/** Does it answer those who bring neither token nor headers? */
async function checkProtection(
  config: ToolConfig['hydra'],
  prefix: string,
  report: Report,
): Promise<void> {
  const { adminUrl, token } = config;
  if (isLoopback(adminUrl))
    return report.ok('protection', 'The admin address is one of this machine alone.');
  if (!isSecure(adminUrl) && (token !== undefined || Object.keys(config.headers).length > 0)) {
    const says = `Token and headers travel unencrypted to ${adminUrl}: use https there.`;
    report.warning('encryption', says, 'HYDRA_ADMIN_URL');
  }
  const { exchange, close } = createExchange({ ...config, token: undefined, headers: {} });
  const path = prefix + harmlessPath;
  const answer = await exchange({ method: 'GET', path, end: endOf(config) }).finally(close);
  if (!isAdminAnswer(answer))
    return report.ok('protection', 'The admin API lets nobody in without a token.');
  const says = `Whoever reaches ${adminUrl} can do everything, without a token: keep SERVE_ADMIN_HOST in a private network, or put a gateway in front and its token into HYDRA_ADMIN_TOKEN.`;
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
