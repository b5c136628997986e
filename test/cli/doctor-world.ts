/** A stand-in, instances of the app, and faulty proxies in front of each of them. */
import { loopbackAddresses, openPort, startStandIn, type StandIn } from '@portico/hydra-stand-in';
import { startFaultyProxy, type Answer } from '../support/faulty-proxy.ts';
import { removeUsersFile, writeUsersFile } from '../support/people.ts';
import { runPortico } from '../support/portico.ts';
import { serveApp, type ServedApp, type Settings } from '../support/serve-app.ts';

export const base = '/auth';
export const secret = 'the-cookie-secret-of-the-doctors-tests-01';
export const otherSecret = 'another-cookie-secret-that-only-tests-have';

export interface Finding {
  level: 'ok' | 'warning' | 'fault';
  about: string;
  says: string;
  setting: string | null;
}

export type World = Awaited<ReturnType<typeof openWorld>>;

/** @param tls for the proxy in front of the app */
export async function openWorld(tls?: { key: Buffer; cert: Buffer }) {
  const front = await startFaultyProxy([], tls);
  const publicSide = await startFaultyProxy([]);
  const adminSide = await startFaultyProxy([]);
  const baseUrl = `http${tls ? 's' : ''}://localhost:${front.port}${base}`;
  const free = await openPort(0, loopbackAddresses('localhost'));
  await free.close();
  const standIn: StandIn = await startStandIn({
    publicPort: free.port,
    adminPort: 0,
    appUrl: baseUrl,
    issuer: `http://localhost:${publicSide.port}`,
  });
  adminSide.lead([Number(new URL(standIn.adminUrl).port)]);
  publicSide.lead([free.port]);
  const usersFile = await writeUsersFile();

  const settings: Settings = {
    BASE_URL: baseUrl,
    HYDRA_ADMIN_URL: `http://localhost:${adminSide.port}`,
    HYDRA_PUBLIC_URL: `http://localhost:${publicSide.port}`,
    // The machine may be busy.
    HYDRA_TIMEOUT_MS: '30000',
    COOKIE_SECRET: secret,
    TRUST_PROXY: '1',
    USERS_FILE: usersFile,
    LOG_LEVEL: 'silent',
    CONTROL_SOCKET: 'off',
  };
  const served = new Map<string, Promise<ServedApp>>();

  /** The port of an instance with these settings in the place of the usual ones. */
  async function appWith(changes: Settings = {}): Promise<number> {
    const key = JSON.stringify(changes);
    const app = served.get(key) ?? serveApp(() => ({ ...settings, ...changes }));
    served.set(key, app);
    return (await app).port;
  }

  const usual = await Promise.all([appWith({}), appWith({ LOG_LEVEL: 'fatal' })]);

  front.lead(usual);

  return {
    baseUrl,
    settings,
    standIn,
    front,
    publicSide,
    adminSide,
    appWith,
    /** Takes all faults back. */
    mend(): void {
      for (const proxy of [front, publicSide, adminSide]) proxy.mend();
      front.lead(usual);
    },
    async close(): Promise<void> {
      const apps = await Promise.all(served.values());
      await Promise.all([...apps, standIn, front, publicSide, adminSide].map((one) => one.close()));
      await removeUsersFile(usersFile);
    },
  };
}

/** Runs the doctor with these settings. @returns what it found, and its exit code */
export async function examine(
  settings: Settings,
  args: string[] = [],
): Promise<{ code: number; findings: Finding[]; told: Finding[] }> {
  const { code, stdout, stderr } = await runPortico(['doctor', '--json', ...args], {
    env: settings,
  });
  if (stderr !== '') throw new Error(stderr);
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  return { code, findings, told: findings.filter(({ level }) => level !== 'ok') };
}

/** Changes the JSON of an answer to the doctor's question; other answers stay as they are. */
export function changeSaid(answer: Answer, change: (said: Said) => void): void {
  if (!String(answer.headers['content-type']).includes('json')) return;
  const said = JSON.parse(String(answer.body)) as Said;
  if (!said.release) return;
  change(said);
  answer.body = JSON.stringify(said);
  answer.headers['content-length'] = String(answer.body.length);
}

interface Said {
  time: number;
  release: { instance: string; version: string; settings: Record<string, string> };
  /** Only where it was asked. */
  ready?: { server: boolean; people: boolean; database: boolean };
}
