/** The proxies of `deploy/proxies` on this machine: their files, with other names, ports and paths. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { until } from '../support/until.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const tls = new URL('../../packages/hydra-admin/test/fixtures/tls/', import.meta.url).pathname;
const [certificate, key] = ['cert.pem', 'key.pem'].map((name) => readFileSync(tls + name, 'utf8'));

/** Signs itself, for localhost and 127.0.0.1. */
export const ca = certificate!;

export interface ProxyPorts {
  https: number;
  http: number;
  portico: readonly [number, number];
  hydra: number;
}

/** What stands in the file, and what takes its place. Each has to be there, or nothing is started. */
type Changes = [from: string, to: string][];

interface Kind {
  name: string;
  program: string;
  debian: string;
  file: string;
  changes(ports: ProxyPorts, folder: string): Changes;
  /** The whole configuration around the changed file. */
  whole(text: string, folder: string): string;
  args(file: string): string[];
  check(file: string): string[];
}

const servers = ({ portico, hydra }: ProxyPorts): Changes => [
  ['127.0.0.1:3001', `127.0.0.1:${portico[0]}`],
  ['127.0.0.1:3002', `127.0.0.1:${portico[1]}`],
  ['127.0.0.1:4444', `127.0.0.1:${hydra}`],
];

const nginx: Kind = {
  name: 'nginx',
  program: 'nginx',
  debian: 'nginx',
  file: 'deploy/proxies/nginx.conf',
  changes: (ports, folder) => [
    ['listen 80;', `listen 127.0.0.1:${ports.http};`],
    ['listen 443 ssl', `listen 127.0.0.1:${ports.https} ssl`],
    ['server_name example.org;', 'server_name localhost;'],
    ['return 301 https://example.org', `return 301 https://localhost:${ports.https}`],
    ['/etc/nginx/tls/example.org.pem', join(folder, 'cert.pem')],
    ['/etc/nginx/tls/example.org.key', join(folder, 'key.pem')],
    ['/var/log/nginx/portico.log', join(folder, 'access.log')],
    ...servers(ports),
  ],
  whole: (text, folder) => {
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(folder, name)};`,
    );
    return [
      // As root, its workers would be somebody who may not look into the folder.
      ...(process.getuid?.() === 0 ? ['user root;'] : []),
      'daemon off; worker_processes 1; events { }',
      `pid ${join(folder, 'pid')}; error_log ${join(folder, 'error.log')};`,
      `http { ${temporary.join(' ')}`,
      text,
      '}',
    ].join('\n');
  },
  args: (file) => ['-e', `${file}.log`, '-c', file],
  check: (file) => ['-e', `${file}.log`, '-t', '-c', file],
};

const haproxy: Kind = {
  name: 'HAProxy',
  program: 'haproxy',
  debian: 'haproxy',
  file: 'deploy/proxies/haproxy.cfg',
  changes: (ports, folder) => [
    ['bind :80', `bind 127.0.0.1:${ports.http}`],
    ['bind :443', `bind 127.0.0.1:${ports.https}`],
    ['redirect prefix https://example.org', `redirect prefix https://localhost:${ports.https}`],
    ['/etc/haproxy/example.org.pem', join(folder, 'both.pem')],
    ...servers(ports),
  ],
  whole: (text) => text,
  args: (file) => ['-db', '-f', file],
  check: (file) => ['-c', '-f', file],
};

const caddy: Kind = {
  name: 'Caddy',
  program: 'caddy',
  debian: 'caddy',
  file: 'deploy/proxies/Caddyfile',
  changes: (ports, folder) => [
    [
      '\nexample.org {',
      `\nlocalhost {\ntls ${join(folder, 'cert.pem')} ${join(folder, 'key.pem')}`,
    ],
    [
      '{\n\tservers {',
      `{\nadmin off\nhttp_port ${ports.http}\nhttps_port ${ports.https}\n\tservers {`,
    ],
    // Debian has 2.6, in which it has another name.
    ...(/^v?2\.6\./.test(versionOf('caddy'))
      ? ([['request_buffers 128KiB', 'buffer_requests']] as Changes)
      : []),
    ...servers(ports),
  ],
  whole: (text) => text,
  args: (file) => ['run', '--adapter', 'caddyfile', '--config', file],
  check: (file) => ['validate', '--adapter', 'caddyfile', '--config', file],
};

/** Those that whole sign-ins go through. */
export const mainProxies: readonly Kind[] = [nginx, haproxy];
export const proxyKinds: readonly Kind[] = [nginx, haproxy, caddy];

/** Where a program is: also in folders that only the administrator has in PATH. */
function pathOf(program: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

const versionOf = (program: string): string =>
  spawnSync(pathOf(program)!, ['version'], { encoding: 'utf8' }).stdout;

/** Why a proxy is not run here, for `notRun`; `undefined` when it is. */
export function whyNoProxy({ name, program, debian }: Kind): string | undefined {
  // Only there, all addresses from 127.0.0.1 on are this machine's.
  if (process.platform !== 'linux') return 'its tests need Linux';
  return pathOf(program)
    ? undefined
    : `${name} is not installed (Debian: apt-get install ${debian})`;
}

export interface LocalProxy {
  /** All that it has logged of requests. */
  accessLog(): string;
  close(): Promise<void>;
}

/** @throws Error when the program refuses the file, with its words */
export async function startProxy(kind: Kind, ports: ProxyPorts): Promise<LocalProxy> {
  const folder = temporaryFolder({
    'cert.pem': certificate!,
    'key.pem': key!,
    'both.pem': certificate! + key!,
  });
  const file = join(folder, 'proxy.conf');
  writeFileSync(file, kind.whole(changed(kind, ports, folder), folder));
  const program = pathOf(kind.program)!;
  const { status, stdout, stderr } = spawnSync(program, kind.check(file), { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${kind.name} refuses ${kind.file}: ${stdout}${stderr}`);
  const child = spawn(program, kind.args(file), {
    env: { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (said += String(chunk)));
  }
  await until(() => child.exitCode !== null || isListening(ports.https));
  if (child.exitCode !== null) throw new Error(`${kind.name} has ended: ${said}`);
  const log = join(folder, 'access.log');
  return {
    accessLog: () => (existsSync(log) ? readFileSync(log, 'utf8') : said),
    close: () => end(child),
  };
}

/** In one pass: a free port such as 30014 holds the text of another change. */
function changed(kind: Kind, ports: ProxyPorts, folder: string): string {
  const text = readFileSync(kind.file, 'utf8');
  const changes = new Map(kind.changes(ports, folder));
  for (const from of changes.keys()) {
    if (!text.includes(from)) throw new Error(`There is no "${from}" in ${kind.file}.`);
  }
  const places = new RegExp([...changes.keys()].map(literal).join('|'), 'g');
  return text.replace(places, (from) => changes.get(from)!);
}

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
