/** A real LDAP server, OpenLDAP's slapd, in a folder for temporary files. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.ts';

const first = (paths: string[]) => paths.find((path) => existsSync(path));
const program = first(['/usr/sbin/slapd', '/usr/lib/openldap/slapd', '/usr/libexec/slapd']);
const schemas = first(['/etc/ldap/schema', '/etc/openldap/schema']);
const modules = first(['/usr/lib/ldap', '/usr/lib/openldap', '/usr/lib64/openldap']);

const needed = ['back_mdb', 'memberof', 'ppolicy'];
const isWhole = needed.every((name) => existsSync(`${modules}/${name}.so`));

/** Why there is no slapd here, for `notRun`; empty when there is one. */
export const slapdMissing =
  program && schemas && isWhole ? '' : 'slapd is not installed (Debian: apt-get install slapd)';

export const suffix = 'dc=example,dc=org';
/** May do everything. */
export const admin = { dn: `cn=admin,${suffix}`, password: 'admin secret' };
/** May search and read, as the account of an app should. */
export const service = { dn: `cn=portico,${suffix}`, password: 'service secret' };

const tls = new URL('../../packages/hydra-admin/test/fixtures/tls/', import.meta.url).pathname;
/** Of localhost and 127.0.0.1, and one that it did not sign. */
export const certificate = { file: `${tls}cert.pem`, other: `${tls}far-cert.pem` };

/** Attributes as Active Directory has them, and whatever a person of the tests has. */
const ownSchema = (names: string[]) =>
  [
    ...names.map((name, index) => {
      const [, id, type = 'text'] = /^([\w-]+)(?::(\w+))?$/.exec(name)!;
      const rules = {
        text: 'EQUALITY caseIgnoreMatch SUBSTR caseIgnoreSubstringsMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15',
        flag: 'EQUALITY booleanMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.7',
        number: 'EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27',
        bytes: 'EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40',
      }[type];
      return `attributetype ( 1.3.6.1.4.1.99999.1.${index} NAME '${id}' ${rules} )`;
    }),
    `objectclass ( 1.3.6.1.4.1.99999.2.1 NAME 'testPerson' SUP top AUXILIARY MAY ( ${names
      .map((name) => name.replace(/:.*/, ''))
      .join(' $ ')} ) )`,
  ].join('\n');

export interface SlapdOptions {
  /** Entries beside the suffix and the account `service`. */
  entries: Entry[];
  /** Attributes of the class `testPerson`: `name`, `name:flag`, `name:number` or `name:bytes`. */
  attributes?: string[];
  /** Lines for the database in `slapd.conf`, such as overlays. */
  config?: string[];
  modules?: string[];
  /** Whether nothing is answered without TLS. */
  isStrict?: boolean;
}

export interface Entry {
  dn: string;
  [attribute: string]: string | Buffer | (string | Buffer)[];
}

export interface Slapd {
  url: string;
  /** With TLS from the first byte, at localhost. */
  secureUrl: string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Stops it, and takes its folder away. */
  close(): Promise<void>;
}

/** Starts a server with these entries. */
export async function startSlapd(options: SlapdOptions): Promise<Slapd> {
  const folder = mkdtempSync(join(tmpdir(), 'slapd-'));
  // A copy: where AppArmor holds the installed one to its own folders, it has none for this.
  const own = join(folder, 'slapd');
  copyFileSync(program!, own);
  mkdirSync(join(folder, 'data'));
  const config = join(folder, 'slapd.conf');
  writeFileSync(config, configText(folder, options));
  const ldif = [...baseEntries, ...options.entries].map(ldifOf).join('\n');
  const added = spawnSync(own, ['-T', 'add', '-f', config], { input: ldif, encoding: 'utf8' });
  if (added.status !== 0) throw new Error(`slapd takes no such entries: ${added.stderr}`);

  const [port, securePort] = [await freePort(), await freePort()];
  const [url, secureUrl] = [`ldap://127.0.0.1:${port}`, `ldaps://localhost:${securePort}`];
  let child: ChildProcess;

  async function start() {
    child = spawn(
      own,
      ['-f', config, '-h', `${everywhere(url)} ${everywhere(secureUrl)}`, '-d', '0'],
      { stdio: 'ignore' },
    );
    await until(() => isListening(port));
  }
  async function stop() {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL'); // closes all connections at once, and its data are safe
    await once(child, 'exit');
  }
  await start();
  return {
    url,
    secureUrl,
    start,
    stop,
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All addresses of this machine, so that one can be asked which its certificate does not name. */
const everywhere = (url: string) => url.replace(/127\.0\.0\.1|localhost/, '0.0.0.0');

const baseEntries: Entry[] = [
  { dn: suffix, objectClass: ['dcObject', 'organization'], o: 'Example' },
  {
    dn: service.dn,
    objectClass: ['organizationalRole', 'simpleSecurityObject'],
    userPassword: service.password,
  },
];

function configText(folder: string, options: SlapdOptions): string {
  const { attributes = [], config = [], isStrict = false } = options;
  const loaded = ['back_mdb', ...(options.modules ?? [])].map((name) => `moduleload ${name}`);
  return [
    ...['core', 'cosine', 'nis', 'inetorgperson'].map(
      (name) => `include ${schemas}/${name}.schema`,
    ),
    ...(attributes.length > 0 ? [ownSchema(attributes)] : []),
    `modulepath ${modules}`,
    ...loaded,
    `TLSCertificateFile ${tls}cert.pem`,
    `TLSCertificateKeyFile ${tls}key.pem`,
    ...(isStrict ? ['security tls=1'] : []),
    'database mdb',
    `suffix "${suffix}"`,
    `directory ${join(folder, 'data')}`,
    'maxsize 16777216',
    `rootdn "${admin.dn}"`,
    `rootpw "${admin.password}"`,
    ...config,
    'access to attrs=userPassword by anonymous auth by * none',
    `access to * by dn.exact="${service.dn}" read by * none`,
    '',
  ].join('\n');
}

function ldifOf({ dn, ...attributes }: Entry): string {
  const base64 = (value: string | Buffer) => Buffer.from(value as string).toString('base64');
  const lines = Object.entries(attributes).flatMap(([name, values]) =>
    [values].flat().map((value) => `${name}:: ${base64(value)}`),
  );
  return [`dn:: ${base64(dn)}`, ...lines, ''].join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await once(server.close(), 'close');
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
