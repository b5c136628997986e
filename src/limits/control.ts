import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { lstat, mkdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import * as v from 'valibot';
import { SettingsError } from '@portico/settings';
import type { AddressWatch } from './address-watch.ts';
import { bareAddress } from '../web/client-address.ts';
import type { Standing } from './limit.ts';
import { controlSocketSetting, isOursAlone, usualControlSocket } from './control-path.ts';
import { concerns, type Culprit, type DeviceLimiter, type LoginLimiter } from './limits.ts';
import type { Log } from '../web/log.ts';
import type { LoginMark } from '../audit/login-mark.ts';

interface Controlled {
  addressWatch: Pick<AddressWatch, 'report'>;
  deviceLimiter: Pick<DeviceLimiter, 'list' | 'clear'>;
  loginLimiter: Pick<LoginLimiter, 'list' | 'clear'>;
  loginMark: LoginMark;
}

/** The body of `POST /limits/list` and `POST /limits/clear`. Without a member it means all. */
const selection = v.strictObject({
  login: v.optional(v.string()),
  address: v.optional(v.string()),
});

export interface Control {
  close(): Promise<void>;
}

const largestBody = 4 * 1024;

/**
 * Listens on a Unix socket for `portico limits` and `portico doctor`. Only the user who runs Portico
 * may open it.
 * @throws SettingsError when the socket cannot be opened
 */
export async function startControl(path: string, parts: Controlled): Promise<Control> {
  await makeWay(path);
  const server = createServer((req, res) => void handle(parts, req, res));
  await listen(server, path);
  return {
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/**
 * Listens at the usual place, or where CONTROL_SOCKET says.
 * @param setting the value of CONTROL_SOCKET; `off` means not at all
 * @returns `undefined` when it does not listen. At the usual place a failure is only told in the log
 * @throws SettingsError when the socket that CONTROL_SOCKET names cannot be opened
 */
export async function openControl(
  setting: string | undefined,
  port: number,
  parts: Controlled & { log: Pick<Log, 'warn'> },
): Promise<Control | undefined> {
  if (setting === 'off') return undefined;
  if (setting !== undefined) return startControl(setting, parts);
  const path = usualControlSocket(port);
  if (path === undefined) return undefined;
  try {
    await makeFolder(dirname(path));
    return await startControl(path, parts);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    parts.log.warn({ reason }, 'portico limits cannot reach this process');
    return undefined;
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  if (await isOursAlone(folder)) return;
  throw new Error(`${folder} belongs to somebody else, or others may open it.`);
}

async function handle(parts: Controlled, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const answer = (status: number, body: object) =>
    res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  try {
    const given = v.safeParse(selection, await bodyOf(req));
    if (!given.success) return void answer(400, { error: 'the selection is malformed' });
    switch (`${req.method} ${req.url}`) {
      case 'GET /addresses':
        return void answer(200, parts.addressWatch.report());
      case 'POST /limits/list':
        return void answer(200, { limits: await list(parts, given.output) });
      case 'POST /limits/clear':
        return void answer(200, { cleared: await clear(parts, given.output) });
      default:
        return void answer(404, { error: 'there is no such command' });
    }
  } catch {
    answer(500, { error: 'the command failed' });
  }
}

type Selection = v.InferOutput<typeof selection>;

async function list(parts: Controlled, { login, address }: Selection): Promise<Standing[]> {
  const { deviceLimiter, loginLimiter, loginMark } = parts;
  const all = [...(await loginLimiter.list()), ...(await deviceLimiter.list())];
  const isMeant = concerns(culpritOf({ login, address }, loginMark));
  return all.filter(({ key }) => isMeant(key));
}

async function clear(parts: Controlled, { login, address }: Selection): Promise<number> {
  const { deviceLimiter, loginLimiter, loginMark } = parts;
  const culprit = culpritOf({ login, address }, loginMark);
  return (await loginLimiter.clear(culprit)) + (await deviceLimiter.clear(culprit));
}

function culpritOf({ login, address }: Selection, loginMark: LoginMark): Culprit {
  if (login !== undefined) return { login: loginMark(login) };
  return address === undefined ? 'all' : { address: bareAddress(address) ?? address };
}

async function bodyOf(req: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of req) {
    text += String(chunk);
    if (text.length > largestBody) return undefined;
  }
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function listen(server: Server, path: string): Promise<void> {
  const before = process.umask(0o177); // the socket is made with the rights of its user alone
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const wants = 'a path of fewer than 100 characters, in a folder that this user may write to';
    throw fault(path, `where no socket can be made (${code}). It must be ${wants}`);
  } finally {
    process.umask(before);
  }
}

/** Removes the socket of a process that was killed, and nothing else. */
async function makeWay(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) throw fault(path, 'which is there already and is not a socket');
  if (await hasListener(path)) throw fault(path, 'where another process listens already');
  await rm(path, { force: true });
}

async function hasListener(path: string): Promise<boolean> {
  const socket = connect(path);
  return new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    // Any other fault comes from a listener: it is busy, or belongs to somebody else.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'));
  }).finally(() => socket.destroy());
}

function fault(path: string, what: string): SettingsError {
  return new SettingsError([`${controlSocketSetting} is "${path}", ${what}.`]);
}
