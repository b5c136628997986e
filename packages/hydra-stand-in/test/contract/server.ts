import { createHydra, type Hydra } from '@portico/hydra-admin';
import { startStandIn } from '../../src/oauth2/start-stand-in.ts';
import { versions, type Version } from './promise.ts';
import { send } from './wire.ts';

/** A server that is held to the promises. */
export interface Server {
  /** Heads its column of the table. */
  name: string;
  version: Version;
  publicUrl: string;
  adminUrl: string;
  /** Where it sends browsers; `undefined` when nobody said. */
  appUrl: string | undefined;
  /** Our client of it. */
  hydra: Hydra;
  close(): Promise<void>;
}

/** What a column is known by before its server runs. */
export interface Column {
  name: string;
  version: Version;
  start(): Promise<Server>;
}

type Environment = Record<string, string | undefined>;

/**
 * The stand-in in each of its versions, or the real server that `HYDRA_ADMIN_URL` and
 * `HYDRA_PUBLIC_URL` name, alone. Its version is asked for, unless `HYDRA_VERSION` says it.
 * `HYDRA_APP_URL` is where its screens are, if that is to be compared.
 */
export async function columnsOf(environment: Environment): Promise<Column[]> {
  const { HYDRA_ADMIN_URL, HYDRA_PUBLIC_URL, HYDRA_APP_URL, HYDRA_VERSION } = environment;
  if (!HYDRA_ADMIN_URL || !HYDRA_PUBLIC_URL) return versions.map(standIn);
  const [adminUrl, publicUrl] = [withoutSlash(HYDRA_ADMIN_URL), withoutSlash(HYDRA_PUBLIC_URL)];
  const version = familyOf(HYDRA_VERSION ?? '') ?? (await detect(adminUrl));
  const appUrl = HYDRA_APP_URL && withoutSlash(HYDRA_APP_URL);
  const start = async () => connect({ version, publicUrl, adminUrl, appUrl, name: 'real' });
  return [{ name: `real ${version}`, version, start }];
}

function standIn(version: Version): Column {
  const name = `stand-in ${version}`;
  const appUrl = 'http://127.0.0.1:4846';
  async function start() {
    const running = await startStandIn({ profile: version, publicPort: 0, adminPort: 0, appUrl });
    const { publicUrl, adminUrl } = running;
    const server = connect({ name, version, publicUrl, adminUrl, appUrl });
    return {
      ...server,
      close: async () => {
        await server.close();
        await running.close();
      },
    };
  }
  return { name, version, start };
}

function connect(about: Omit<Server, 'hydra' | 'close'>): Server {
  const hydra = createHydra({
    adminUrl: about.adminUrl,
    publicUrl: about.publicUrl,
    headers: {},
    isTlsTerminationMocked: false,
    timeoutMs: 5_000,
    transport: 'undici',
  });
  return { ...about, hydra, close: async () => hydra.close() };
}

/** The version whose promises one keeps: 1.x, 2.x, or 25.4 and later. */
function familyOf(version: string): Version | undefined {
  const major = /^v?(\d+)(\.|$)/.exec(version)?.[1];
  if (major === undefined) return undefined;
  if (Number(major) === 1) return '1.11';
  return Number(major) < 25 ? '2.3' : '26.2';
}

/** A build of one's own says `master`: only the newest serves both `/version` and `/admin/version`. */
async function detect(adminUrl: string): Promise<Version> {
  const told = familyOf((await send(`${adminUrl}/version`)).body?.version ?? '');
  if (told) return told;
  if ((await send(`${adminUrl}/admin/version`)).status === 200) return '26.2';
  const path = '/oauth2/auth/requests/login?login_challenge=x';
  const { status, body } = await send(`${adminUrl}/admin${path}`);
  return status === 404 && typeof body?.error === 'string' ? '2.3' : '1.11';
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
