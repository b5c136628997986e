/** `npm run dev`: Portico, the stand-in and the sample app. Restarts Portico when its sources change. */
import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chosenBackends } from '../src/identity/index.ts';
import { demoAccounts, demoPassword, demoUsers, writeDemoUsers } from './demo-users.ts';
import { startStandIn } from '@portico/hydra-stand-in';
import { runPortico } from './portico.ts';
import { readPorts } from './ports.ts';
import { hydraConfigOf, hydraSettings } from '@portico/hydra-admin';
import { readSettings } from '@portico/settings';
import { startSampleClient } from './sample-client.ts';
import { createTeller } from './teller.ts';
import { createWalkReader } from './walk-lines.ts';

interface Server {
  publicUrl: string;
  adminUrl: string;
  issuer: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const { env } = process;
const folder = join(root, '.cache/dev');
const logFile = join(folder, 'portico.log');
/** In a file, so that it is not in the way of what the console says. */
const auditLog = env['AUDIT_LOG'] || join(folder, 'audit.log');
/** Who asks for a level wants the lines of Portico as production writes them. */
const isRaw = Boolean(env['LOG_LEVEL']);
/** Whether people are not in a users file. */
const isElsewhere = !chosenBackends(env).includes('file');
const orphanCheckMs = 250;
const widestName = 13;
const teller = createTeller(say);

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const reserve = readPorts(env, say);
  const porticoPort = await reserve('Portico', 'PORT');
  const samplePort = await reserve('the sample app', 'DEV_SAMPLE_PORT');
  const baseUrl = `http://localhost:${porticoPort.port}`;
  const isGiven = Boolean(env['HYDRA_ADMIN_URL']);
  const server = isGiven ? givenServer(baseUrl) : await standInServer(baseUrl, reserve);

  await samplePort.close();
  const sample = await startSampleClient({
    port: samplePort.port,
    issuer: server.issuer,
    admin: isGiven ? hydraConfigOf(readSettings(hydraSettings, env).values) : server,
    accounts: env['USERS_FILE'] || isElsewhere ? [] : demoAccounts,
    isServerFresh: !isGiven,
    tell,
  });
  await porticoPort.close();
  const portico = runPortico({
    folder: root,
    env: await porticoEnv(porticoPort.port, baseUrl, server),
    aliveUrl: `${baseUrl}/health/alive`,
    say,
    read: isRaw ? undefined : walkReader(),
  });

  const stop = async () => {
    await Promise.all([portico.stop(), sample.close(), server.close()]);
    teller.end();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop());
  whenOrphaned(() => void stop());

  await portico.started;
  say(`
  Open       ${sample.url}
${whoMaySignIn()}
  Stop with  Ctrl-C
${isRaw ? '' : `\nEach step is a line here. All that Portico writes is in ${shown(logFile)} and ${shown(auditLog)}.`}
`);
}

async function standInServer(
  appUrl: string,
  reserve: ReturnType<typeof readPorts>,
): Promise<Server> {
  const publicPort = await reserve('the OAuth2 server', 'DEV_PUBLIC_PORT');
  const adminPort = await reserve('its admin API', 'DEV_ADMIN_PORT');
  await Promise.all([publicPort.close(), adminPort.close()]);
  return startStandIn({ publicPort: publicPort.port, adminPort: adminPort.port, appUrl });
}

/** Turns what Portico writes into one line for each step, and keeps the whole of it in files. */
function walkReader() {
  const log = createWriteStream(logFile, { mode: 0o600 });
  const audits = createWriteStream(auditLog, { flags: 'a', mode: 0o600 });
  return createWalkReader({
    tell: (what, at) => tell('Portico', what, at),
    say,
    keepLog: (line) => log.write(`${line}\n`),
    keepAudit: (line) => audits.write(`${line}\n`),
    nameOf: (subject) => demoUsers.find((one) => one.subject === subject)?.name,
  });
}

/** The OAuth2 server that the settings name. */
function givenServer(baseUrl: string): Server {
  const { HYDRA_ADMIN_URL: adminUrl = '', HYDRA_PUBLIC_URL: publicUrl } = env;
  if (!publicUrl) {
    throw new Error('With HYDRA_ADMIN_URL, set HYDRA_PUBLIC_URL (the issuer) too.');
  }
  say(`Using the OAuth2 server at ${publicUrl}. It needs these settings:
  URLS_LOGIN=${baseUrl}/login
  URLS_CONSENT=${baseUrl}/consent
  URLS_LOGOUT=${baseUrl}/logout
  URLS_ERROR=${baseUrl}/error
  URLS_POST_LOGOUT_REDIRECT=${baseUrl}/logged-out
  URLS_DEVICE_VERIFICATION=${baseUrl}/device/verify
  URLS_DEVICE_SUCCESS=${baseUrl}/device/success`);
  return { publicUrl, adminUrl, issuer: publicUrl, close: async () => {} };
}

/** The environment of the app: these settings are for development, all others as in production. */
async function porticoEnv(port: number, baseUrl: string, server: Server) {
  return {
    ...env,
    PORT: String(port),
    HOST: 'localhost',
    DRAIN_SECONDS: '0', // nobody waits when a source changes
    BASE_URL: baseUrl,
    HYDRA_ADMIN_URL: server.adminUrl,
    HYDRA_PUBLIC_URL: server.publicUrl,
    COOKIE_SECRET: env['COOKIE_SECRET'] || randomBytes(32).toString('base64url'),
    USERS_FILE: env['USERS_FILE'] || (isElsewhere ? '' : await writeDemoUsers(folder)),
    // Calls of the admin API are debug lines.
    LOG_LEVEL: env['LOG_LEVEL'] || 'debug',
    AUDIT_LOG: isRaw ? auditLog : env['AUDIT_LOG'] || 'stdout',
  };
}

/** Stops when the shell of npm is gone: it does not pass signals on. Without npm, the shell may end first. */
function whenOrphaned(stop: () => void): void {
  const parent = process.ppid;
  if (!env['npm_lifecycle_event']) return;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, orphanCheckMs);
}

function whoMaySignIn(): string {
  if (isElsewhere) return `  Sign in    with an account of IDENTITY=${chosenBackends(env).join()}`;
  if (env['USERS_FILE']) return `  Sign in    with an account from ${env['USERS_FILE']}`;
  const rows = demoAccounts.map(({ name, email, about }) => [email, `${name}, ${about}`]);
  const width = Math.max(...rows.map(([email = '']) => email.length));
  const lines = rows.map(([email = '', who = '']) => `${email.padEnd(width)}  ${who}`);
  return `  Sign in    ${lines.join('\n             ')}\n  Password   ${demoPassword}`;
}

/** One line for a step of a walk. */
function tell(who: string, what: string, at = Date.now()): void {
  const time = new Date(at).toLocaleTimeString('en-GB');
  teller.tell(`${time}  ${who.padEnd(widestName)} ${what}`, at);
}

function shown(file: string): string {
  return relative(process.cwd(), file);
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
