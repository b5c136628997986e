import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';

/** A PostgreSQL of the test's own, on a port of 127.0.0.1 that stays the same. */
export interface PostgresServer {
  address: string;
  /** Ends it at once, with all connections; `start` brings it back. */
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it and removes its files. */
  close(): Promise<void>;
}

interface Ids {
  uid?: number;
  gid?: number;
}

const quick = ['fsync=off', 'full_page_writes=off', 'shared_buffers=16MB'];
const startWithinMs = 60_000;

/**
 * @param programs the folder with `initdb` and `postgres`
 * @param tlsFolder a folder with `cert.pem` and `key.pem`: then it offers TLS
 * @param manners settings such as `fsync=off`; by default it is quick and survives no power failure
 */
export async function startPostgres(
  programs: string,
  { tlsFolder, manners = quick }: { tlsFolder?: string; manners?: readonly string[] } = {},
): Promise<PostgresServer> {
  const ids = idsToRunAs();
  const folder = mkdtempSync(join(tmpdir(), 'portico-postgres-'));
  if (ids.uid !== undefined) chownSync(folder, ids.uid, ids.gid!);
  const data = join(folder, 'data');
  const initdb = ['--no-sync', '--auth=trust', '--username=postgres', '--encoding=UTF8'];
  const options = { ...ids, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C.UTF-8' } };
  execFileSync(join(programs, 'initdb'), [...initdb, data], { ...options, stdio: 'ignore' });
  const port = await freePort();
  const address = `postgres://postgres@127.0.0.1:${port}/postgres`;
  const tls = tlsFolder === undefined ? [] : tlsSettings(tlsFolder, folder, ids);
  const settings = [
    ...manners,
    ...tls,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${folder}`,
  ];
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((one) => ['-c', one])];
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    // Ends with this process, too, when that is killed: then the pipe to it closes.
    const script =
      'exec 3<&0; "$@" </dev/null & server=$!; { read -r _ <&3; kill -QUIT $server; } & wait $server';
    server = spawn('sh', ['-c', script, 'sh', join(programs, 'postgres'), ...args], {
      ...options,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await untilItAnswers(address, server);
  }

  async function stop(): Promise<void> {
    if (!server || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.stdin!.end();
    await ended;
  }

  await start();
  return {
    address,
    start,
    stop,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server takes a key only from its own user, and only if nobody else can read it. */
function tlsSettings(from: string, to: string, { uid, gid }: Ids): string[] {
  for (const name of ['cert.pem', 'key.pem']) {
    const path = join(to, name);
    copyFileSync(join(from, name), path);
    chmodSync(path, 0o600);
    if (uid !== undefined) chownSync(path, uid, gid!);
  }
  return ['ssl=on', `ssl_cert_file=${to}/cert.pem`, `ssl_key_file=${to}/key.pem`];
}

/** PostgreSQL refuses to run as root. */
function idsToRunAs(): Ids {
  if (process.getuid?.() !== 0) return {};
  const idOf = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

async function untilItAnswers(address: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + startWithinMs;
  for (;;) {
    const client = new Client({ connectionString: address });
    client.on('error', () => undefined);
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      await client.connect();
      // oxlint-disable-next-line no-await-in-loop
      return await client.end();
    } catch (cause) {
      const hasEnded = server.exitCode !== null;
      if (hasEnded || Date.now() > deadline)
        throw new Error('PostgreSQL does not start', { cause });
    }
    // oxlint-disable-next-line no-await-in-loop
    await pause(50);
  }
}
