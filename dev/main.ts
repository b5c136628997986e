/** `npm run dev`: Portico, the stand-in and the sample app. Restarts Portico when its sources change. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoAccounts, demoPassword, demoUsers, writeDemoUsers } from './demo-users.ts';
import { type LoopbackPort, startStandIn } from '@portico/hydra-stand-in';
import { runPortico } from './portico.ts';
import { reservePort } from './reserve-port.ts';
import { hydraConfigOf, hydraSettings } from '@portico/hydra-admin';
import { readSettings } from '@portico/settings';
import { startSampleClient } from './sample-client.ts';

interface Server {
  publicUrl: string;
  adminUrl: string;
  issuer: string;
  close(): Promise<void>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const { env } = process;
const folder = join(root, '.cache/dev');
/** In a file, so that it is not in the way of what the console says. */
const auditLog = env['AUDIT_LOG'] || join(folder, 'audit.log');
const orphanCheckMs = 250;

async function main(): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const porticoPort = await reserve('Portico', Number(env['PORT']) || 3000);
  const samplePort = await reserve('the sample app', 5555);
  const baseUrl = `http://localhost:${porticoPort.port}`;
  const isGiven = Boolean(env['HYDRA_ADMIN_URL']);
  const server = isGiven ? givenServer(baseUrl) : await standInServer(baseUrl);

  await samplePort.close();
  const sample = await startSampleClient({
    port: samplePort.port,
    issuer: server.issuer,
    admin: isGiven ? hydraConfigOf(readSettings(hydraSettings, env).values) : server,
    accounts: env['USERS_FILE'] ? [] : demoAccounts,
    isServerFresh: !isGiven,
    tell: (app, what) => say(`${app}: ${what}`),
  });
  await porticoPort.close();
  const portico = runPortico({
    folder: root,
    env: await porticoEnv(porticoPort.port, baseUrl, server),
    aliveUrl: `${baseUrl}/health/alive`,
    say,
  });

  const stop = async () => {
    await Promise.all([portico.stop(), sample.close(), server.close()]);
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop());
  whenOrphaned(() => void stop());

  await portico.started;
  say(`
  Open          ${sample.url}
  Sign in with  ${env['USERS_FILE'] ? `an account from ${env['USERS_FILE']}` : whoMaySignIn()}
  Audit trail   ${relative(process.cwd(), auditLog)}
  Stop with     Ctrl-C
`);
}

async function reserve(what: string, wanted: number): Promise<LoopbackPort> {
  const reserved = await reservePort(wanted);
  if (reserved.port !== wanted) say(`Port ${wanted} is taken: ${what} uses ${reserved.port}.`);
  return reserved;
}

async function standInServer(appUrl: string): Promise<Server> {
  const publicPort = await reserve('the OAuth2 server', 4444);
  const adminPort = await reserve('its admin API', 4445);
  await Promise.all([publicPort.close(), adminPort.close()]);
  return startStandIn({ publicPort: publicPort.port, adminPort: adminPort.port, appUrl });
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

/** The environment of the app: these settings are for development, all others as in `npm start`. */
async function porticoEnv(port: number, baseUrl: string, server: Server) {
  return {
    ...env,
    PORT: String(port),
    HOST: 'localhost',
    BASE_URL: baseUrl,
    HYDRA_ADMIN_URL: server.adminUrl,
    HYDRA_PUBLIC_URL: server.publicUrl,
    COOKIE_SECRET: env['COOKIE_SECRET'] || randomBytes(32).toString('base64url'),
    USERS_FILE: env['USERS_FILE'] || (await writeDemoUsers(folder)),
    LOG_LEVEL: env['LOG_LEVEL'] || 'warn',
    AUDIT_LOG: auditLog,
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
  const [first, ...others] = demoUsers.map(({ email }) => email);
  return `${first} and the password ${demoPassword} (or ${others.join(', ')})`;
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
