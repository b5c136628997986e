/** deploy/compose.yaml: what a person who runs it relies on; and its smoke test, without containers. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startStandIn, type StandIn } from '@portico/hydra-stand-in';
import { parse } from 'yaml';
import { demoUsers } from '../../dev/demo-users.ts';
import { startSampleClient, type SampleClient } from '../../dev/sample-client.ts';
import { loadConfig, settingsFor } from '../../src/config.ts';
import { freePort } from '../support/free-port.ts';
import { startInstance, type Instance } from '../support/instance.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { readDockerfile } from './dockerfile.ts';

interface Service {
  image: string;
  build?: { context: string; dockerfile: string; target?: string };
  command?: string[];
  environment?: Record<string, string>;
  ports?: string[];
  volumes?: string[];
  network_mode?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  stop_grace_period?: string;
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
}

const text = readFileSync('deploy/compose.yaml', 'utf8');
const { services, volumes } = parse(text, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const all = Object.entries(services);
const service = (name: string): Service => services[name]!;

describe('deploy/compose.yaml', () => {
  test('has images with a version, or builds them from what is here', () => {
    const dockerfile = readDockerfile(readFileSync('deploy/Dockerfile', 'utf8'));
    for (const [, { image, build }] of all) {
      if (build) {
        expect(existsSync(join('deploy', build.context, build.dockerfile))).toBe(true);
        const stages = dockerfile.stages.map(({ name }) => name);
        if (build.target !== undefined) expect(stages).toContain(build.target);
      } else expect(image).toMatch(/^\$\{[A-Z]+_IMAGE:-[\w/]+:v?\d[\d.]*\}$/);
    }
    expect(service('hydra').image).toContain('oryd/hydra:v26.2.0');
    expect(service('postgres').image).toContain('postgres:17');
  });

  test('is open to this machine alone, and its admin API to nobody', () => {
    const ports = all.flatMap(([, { ports: open = [] }]) => open);
    expect(ports).toHaveLength(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:(\d+):\1$/);
    expect(ports.join()).not.toContain('4445');
    expect(service('hydra').environment?.['SERVE_ADMIN_HOST']).toBe('127.0.0.1');
  });

  test('holds no secret', () => {
    const environments = all.flatMap(([, { environment = {} }]) => Object.entries(environment));
    const secret = environments.filter(([name, value]) => {
      return /SECRET|PASSWORD|TOKEN|DSN|DATABASE_URL/.test(name) && !value.startsWith('/');
    });
    expect(secret).toEqual([]);
    expect(text).not.toMatch(/:\/\/[^\s/]*:[^\s/]*@/);
  });

  test('waits for what each service needs, and only for services that are there', () => {
    for (const [, { depends_on: needs = {} }] of all) {
      for (const [name, { condition }] of Object.entries(needs)) {
        const needed = service(name);
        if (condition === 'service_healthy') expect(needed.healthcheck).toBeDefined();
        if (condition === 'service_completed_successfully') {
          expect(needed.restart).toBeUndefined();
          expect(needed.healthcheck).toBeUndefined();
        }
      }
    }
    const used = all.flatMap(([, { volumes: places = [] }]) =>
      places.map((one) => one.split(':')[0]),
    );
    expect(new Set(used)).toEqual(new Set(Object.keys(volumes)));
  });

  test('gives no service more than it needs', () => {
    for (const name of ['hydra', 'hydra-migrate', 'portico', 'portico-migrate', 'sample']) {
      const { read_only: isReadOnly, cap_drop: dropped, security_opt: options } = service(name);
      expect([isReadOnly, dropped]).toEqual([true, ['ALL']]);
      expect(options).toContain('no-new-privileges:true');
    }
    for (const [name, { volumes: places = [] }] of all) {
      const secrets = places.filter((one) => one.startsWith('secrets-'));
      if (name !== 'secrets') for (const one of secrets) expect(one).toMatch(/:ro$/);
    }
  });

  test('gives Portico settings that it knows and takes', () => {
    const environment = service('portico').environment!;
    expect(service('portico-migrate').environment).toEqual(environment);
    const known = Object.keys(settingsFor({ IDENTITY: environment['IDENTITY'] }));
    const names = Object.keys(environment).map((name) => name.replace(/_FILE$/, ''));
    expect(
      names.filter((name) => !known.includes(name) && !known.includes(`${name}_FILE`)),
    ).toEqual([]);
    const folder = secretsMade();
    const here = Object.entries(environment).map(([name, value]) => [
      name,
      value.replace('/run/portico', join(folder, 'portico')),
    ]);
    const config = loadConfig(Object.fromEntries(here) as Record<string, string>);
    expect(config.state).toBe('database');
    expect(config.identity.backends).toEqual(['file', 'sql']);
  });

  test('leaves Portico the time that it takes to stop', () => {
    const drain = /DRAIN_SECONDS=(\d+)/.exec(readFileSync('deploy/Dockerfile', 'utf8'))?.[1];
    const grace = Number(/^(\d+)s$/.exec(service('portico').stop_grace_period!)?.[1]);
    expect(grace).toBeGreaterThan(Number(drain) + 10);
  });

  test('tells Hydra every screen of Portico', () => {
    const { environment: portico } = service('portico');
    const { environment: hydra } = service('hydra');
    const screens = Object.entries(hydra!).filter(([name]) => /^URLS_(?!SELF)/.test(name));
    expect(screens).toHaveLength(7);
    for (const [, address] of screens) expect(address).toContain(`${portico!['BASE_URL']}/`);
    expect(hydra!['URLS_SELF_ISSUER']).toBe(portico!['HYDRA_PUBLIC_URL']);
    expect(service('sample').environment).toMatchObject({
      HYDRA_ADMIN_URL: portico!['HYDRA_ADMIN_URL'],
      HYDRA_PUBLIC_URL: portico!['HYDRA_PUBLIC_URL'],
    });
  });
});

/** What the service `secrets` does. */
function secretsMade(folder = temporaryFolder({})): string {
  const [command, ...args] = service('secrets').command!;
  expect([command, args.at(-1)]).toEqual(['node', '/secrets']);
  const { status, stderr } = spawnSync(process.execPath, [...args.slice(0, -1), folder]);
  expect([status, String(stderr)]).toEqual([0, '']);
  return folder;
}

describe('its secrets', () => {
  test('are made once, and each service can read only its own', () => {
    const folder = secretsMade();
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    const files = ['postgres/password', 'postgres/roles.sql', 'hydra/hydra.json', 'portico/cookie'];
    const before = files.map(read);
    secretsMade(folder);
    expect(files.map(read)).toEqual(before);
    for (const name of files) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o400);
    const other = secretsMade();
    expect(readFileSync(join(other, 'portico/cookie'), 'utf8')).not.toBe(read('portico/cookie'));
    expect(read('portico/cookie').length).toBeGreaterThanOrEqual(32);
  });

  test('fit together: the roles of the database, and who signs in with them', () => {
    const folder = secretsMade();
    const roles = readFileSync(join(folder, 'postgres/roles.sql'), 'utf8');
    const { dsn } = JSON.parse(readFileSync(join(folder, 'hydra/hydra.json'), 'utf8')) as {
      dsn: string;
    };
    const portico = readFileSync(join(folder, 'portico/database'), 'utf8');
    for (const address of [dsn, portico].map((one) => new URL(one))) {
      expect(roles).toContain(
        `CREATE ROLE ${address.username} LOGIN PASSWORD '${address.password}';`,
      );
      expect(roles).toContain(
        `CREATE DATABASE ${address.pathname.slice(1)} OWNER ${address.username};`,
      );
      expect(Object.keys(services)).toContain(address.hostname);
    }
  });
});

describe('deploy/smoke.mjs', () => {
  let server: StandIn;
  let sample: SampleClient;
  let portico: Instance;
  let baseUrl: string;

  beforeAll(async () => {
    const port = await freePort();
    baseUrl = `http://127.0.0.1:${port}`;
    server = await startStandIn({ publicPort: 0, adminPort: 0, appUrl: baseUrl });
    sample = await startSampleClient({ port: 0, issuer: server.issuer, admin: server });
    portico = await startInstance({
      PORT: String(port),
      BASE_URL: baseUrl,
      HYDRA_ADMIN_URL: server.adminUrl,
      HYDRA_PUBLIC_URL: server.publicUrl,
      COOKIE_SECRET: 'a-secret-for-cookies-of-the-smoke-test',
      USERS_FILE: join(secretsMade(), 'portico/people.json'),
    });
  }, 120_000);
  afterAll(async () => {
    portico?.signal('SIGKILL');
    await sample?.close();
    await server?.close();
  });

  async function smoke(env: Record<string, string> = {}, args: string[] = []) {
    const places = ['--sample', sample.url, '--portico', baseUrl, ...args];
    const child = spawn(process.execPath, ['deploy/smoke.mjs', ...places], {
      env: { SMOKE_WAIT_SECONDS: '0', ...env },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)));
    child.stderr.on('data', (chunk: Buffer) => (out += String(chunk)));
    const [status] = (await once(child, 'close')) as [number];
    return { status, out };
  }

  test('goes through sign-in, consent and sign-out, and says so', async () => {
    const { status, out } = await smoke();
    expect(out.match(/^\S+(?: \S+)*(?=  )/gm)).toEqual([
      'ready',
      'sign-in screen',
      'consent screen',
      'signed in',
      'signed out',
      'asked again',
      'done',
    ]);
    expect(out).toContain(demoUsers[0]!.given_name);
    expect(status).toBe(0);
    expect(out).not.toMatch(/challenge|verifier|code=|token=/);
  });

  test('says where it ends: a wrong password', async () => {
    const { status, out } = await smoke({ SMOKE_PASSWORD: 'wrong' });
    expect(status).toBe(1);
    expect(out).toMatch(/^Failed: the sign-in with these data failed: 400 at .*\/login/m);
  });

  test('says where it ends: nobody answers', async () => {
    const address = `http://127.0.0.1:${await freePort()}`;
    const { status, out } = await smoke({}, ['--portico', address]);
    expect(status).toBe(1);
    expect(out).toContain(`Failed: ${address}/health/ready is not ready: ECONNREFUSED`);
  });
});
