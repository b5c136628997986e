/** deploy/Dockerfile, carried out here: what is in the image, and whether that is all it takes to run. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startStandIn, type StandIn } from '@portico/hydra-stand-in';
import { startSampleClient, type SampleClient } from '../../dev/sample-client.ts';
import { requiredActions } from '../../src/policy/required-actions.ts';
import { freePort } from '../support/free-port.ts';
import { notRun } from '../support/not-run.ts';
import { foo } from '../support/people.ts';
import { startScript } from '../support/start-script.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { buildImage, type Image } from './carry-out.ts';
import { ourContext, readIgnore } from './docker-context.ts';
import { readDockerfile } from './dockerfile.ts';
import { runHere } from './run-here.ts';

// An installation of packages and a build, on a busy machine.
jest.setTimeout(600_000);

/** Some user that owns nothing, in the group that OpenShift gives to all. */
const anyUser = { uid: 23_456, gid: 0 };
const canBeAnyone = spawnSync(process.execPath, ['-v'], { ...anyUser, cwd: '/' }).status === 0;
if (!canBeAnyone) {
  notRun(
    'The image as another user',
    'only root can start a process as somebody else, and Node must be where others can read it',
  );
}
const stranger = canBeAnyone ? anyUser : {};
const commit = '0123456789abcdef0123456789abcdef01234567';
const given = { VERSION: '1.2.3', REVISION: commit, BUILDPLATFORM: 'linux/amd64' };
const dockerfile = readDockerfile(readFileSync('deploy/Dockerfile', 'utf8'), given);

interface Locked {
  dev?: boolean;
  optionalDependencies?: Record<string, string>;
}

let image: Image;
let app: string;
let empty: string;

const filesOf = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));

/** Runs a command of the image, as another user, in its tree and with its environment only. */
function start(command: string[], env: Record<string, string> = {}): ChildProcess {
  const path = `${dirname(process.execPath)}:/usr/bin:/bin`;
  return spawn(command[0]!, command.slice(1), {
    cwd: app,
    env: { PATH: path, TMPDIR: join(empty, 'nothing'), ...image.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...stranger,
  });
}

async function outcomeOf(child: ChildProcess): Promise<{ status: number; out: string }> {
  let out = '';
  child.stdout?.on('data', (chunk: Buffer) => (out += String(chunk)));
  child.stderr?.on('data', (chunk: Buffer) => (out += String(chunk)));
  const [status] = (await once(child, 'close')) as [number];
  return { status, out };
}

beforeAll(() => {
  const scratch = temporaryFolder({});
  empty = temporaryFolder({});
  for (const folder of [scratch, empty]) chmodSync(folder, 0o755);
  const context = { root: process.cwd(), files: ourContext(process.cwd()) };
  image = buildImage({ dockerfile, context, given, scratch, run: runHere });
  app = join(image.root, image.workdir);
  // As on a read-only root: nobody may write, whoever the owner is.
  spawnSync('chmod', ['-R', 'a-w', image.root]);
});

describe('what a build sees', () => {
  const isIgnored = readIgnore(readFileSync('.dockerignore', 'utf8'));

  test.each([
    '.git/config',
    '.env',
    '.env.production',
    'src/.env',
    'dev/.env.local',
    'node_modules/express/index.js',
    'packages/settings/node_modules/x/index.js',
    'dist/main.js',
    'test/flow.test.ts',
    'packages/settings/test/x.ts',
    'docs/operate.md',
    '.cache/build/x.js',
    'data/PG_VERSION',
    'users.json',
    'key.pem',
    'coverage/index.html',
    'deploy/compose.yaml',
  ])('is not %s', (path) => {
    expect(isIgnored(path)).toBe(true);
  });

  test.each([
    'package.json',
    '.npmrc',
    'src/main.ts',
    'src/identity/one-of-yours.ts',
    'src/a/folder/of/yours.ts',
    'views/yours/page.ejs',
    'public/fonts/yours.woff2',
    'packages/yours/src/index.ts',
  ])('is %s', (path) => {
    expect(isIgnored(path)).toBe(false);
  });
});

describe('the Dockerfile', () => {
  test('pins its base image by digest, once', () => {
    const bases = dockerfile.stages.map(({ base }) => base).filter((base) => base.includes(':'));
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:22-bookworm-slim@sha256:[\da-f]{64}$/);
    const other = readDockerfile(readFileSync('deploy/Dockerfile', 'utf8'), { NODE_IMAGE: 'mine' });
    expect(other.stages.map(({ base }) => base)).toEqual(['mine', 'build', 'mine', 'mine']);
  });

  test('ends with copies alone, so that the last stage takes no shell and no rights', () => {
    const names = dockerfile.stages.at(-1)!.instructions.map(({ name }) => name);
    expect(names).not.toContain('RUN');
    expect(names).not.toContain('ADD');
  });

  test('says how to run it: process 1 is Node, its user a number and not root', () => {
    const { command, health, user, stopSignal, env } = image;
    expect([command[0], command.at(-1)]).toEqual(['node', 'dist/main.js']);
    const options = env['NODE_OPTIONS']!.split(' ');
    expect([...command, ...options].toSorted()).toEqual(startScript().toSorted());
    expect(health[0]).toBe('node');
    expect(user).toMatch(/^[1-9]\d+:[1-9]\d+$/);
    expect(stopSignal).toBe('SIGTERM');
    expect(env).toMatchObject({ DRAIN_SECONDS: '5' });
  });

  test('has labels, and none with a time', () => {
    expect(image.labels).toMatchObject({
      'org.opencontainers.image.title': 'Portico',
      'org.opencontainers.image.version': '1.2.3',
      'org.opencontainers.image.revision': commit,
    });
    expect(image.labels).not.toHaveProperty('org.opencontainers.image.created');
  });

  test('finds native code for both platforms in the lock file', () => {
    const text = readFileSync('package-lock.json', 'utf8');
    const { packages } = JSON.parse(text) as { packages: Record<string, Locked> };
    const ofProduction = Object.values(packages).filter(({ dev }) => !dev);
    const native = ofProduction
      .flatMap(({ optionalDependencies = {} }) => Object.keys(optionalDependencies))
      .filter((name) => /-linux-(x64|arm64)-gnu$/.test(name));
    expect(native.some((name) => name.endsWith('-arm64-gnu'))).toBe(true);
    const locked = Object.keys(packages);
    expect(native.filter((name) => !locked.includes(`node_modules/${name}`))).toEqual([]);
  });
});

describe('the image', () => {
  test('holds what it takes to run, and nothing else', () => {
    expect(readdirSync(image.root)).toEqual(['app']);
    const names = readdirSync(app);
    expect(names).toEqual(
      expect.arrayContaining('LICENSE dist node_modules package.json public views'.split(' ')),
    );
    const unwanted = 'src dev test packages docs deploy data package-lock.json'.split(' ');
    expect(names.filter((name) => name.startsWith('.') || unwanted.includes(name))).toEqual([]);
    const own = ['dist', 'views', 'public'].flatMap((name) => filesOf(join(app, name)));
    expect(own.filter((file) => /\.(ts|tsx|env|pem|log)$|\/\.(?!well-known)/.test(file))).toEqual(
      [],
    );
    for (const name of ['typescript', 'jest', 'tsx', 'oxlint', '@portico/hydra-stand-in']) {
      expect(existsSync(join(app, 'node_modules', name))).toBe(false);
    }
  });

  test('names no file of the machine that built it', () => {
    const scripts = filesOf(join(app, 'dist')).filter((file) => /\.(js|json|map)$/.test(file));
    const naming = scripts.filter((file) => {
      const text = readFileSync(file, 'utf8');
      return text.includes(process.cwd()) || text.includes(dirname(image.root));
    });
    expect(naming).toEqual([]);
  });

  test('can be read by everybody', () => {
    const closed = [app, ...filesOf(app)].filter((file) => {
      const { mode } = lstatSync(file);
      return (mode & 0o004) === 0;
    });
    expect(closed).toEqual([]);
  });

  test('has the size that docs/deploy.md says', () => {
    const said = Number(/(\d+) MB of Portico/.exec(readFileSync('docs/deploy.md', 'utf8'))?.[1]);
    const bytes = filesOf(app).map((file) => lstatSync(file).size);
    const megabytes = bytes.reduce((sum, size) => sum + size, 0) / 1e6;
    expect(Math.abs(megabytes - said)).toBeLessThan(said * 0.3); // a fork adds packages
  });
});

describe('running from its tree alone, as a user that owns nothing and can write nowhere', () => {
  let server: StandIn;
  let sample: SampleClient;
  let portico: ChildProcess;
  let env: Record<string, string>;
  let ended: Promise<unknown[]>;
  let out = '';

  beforeAll(async () => {
    const port = await freePort();
    const baseUrl = `http://127.0.0.1:${port}`;
    server = await startStandIn({ publicPort: 0, adminPort: 0, appUrl: baseUrl });
    sample = await startSampleClient({ port: 0, issuer: server.issuer, admin: server });
    const secrets = temporaryFolder({
      'users.json': JSON.stringify([foo]),
      cookie: 'a-secret-for-cookies-of-the-image-test',
    });
    chmodSync(secrets, 0o755);
    for (const name of readdirSync(secrets)) chmodSync(join(secrets, name), 0o644);
    env = {
      PORT: String(port),
      HOST: '127.0.0.1',
      BASE_URL: baseUrl,
      HYDRA_ADMIN_URL: server.adminUrl,
      HYDRA_PUBLIC_URL: server.publicUrl,
      COOKIE_SECRET_FILE: join(secrets, 'cookie'),
      USERS_FILE: join(secrets, 'users.json'),
      DRAIN_SECONDS: '0',
    };
    portico = start(image.command, env);
    ended = once(portico, 'exit');
    portico.stdout?.on('data', (chunk: Buffer) => (out += String(chunk)));
    portico.stderr?.on('data', (chunk: Buffer) => (out += String(chunk)));
    await until(() => out.includes('"listening"') || portico.exitCode !== null, 120_000);
  });
  afterAll(async () => {
    portico?.kill('SIGKILL');
    await sample?.close();
    await server?.close();
    spawnSync('chmod', ['-R', 'u+w', image.root]); // so that it can be removed
  });

  test('starts, and says nothing worse than that `portico limits` cannot reach it', () => {
    expect(out).toContain('"listening"');
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { level: number; msg: string });
    const worse = lines.filter(({ level }) => level > 30).map(({ msg }) => msg);
    const allowed = ['portico limits cannot reach this process'];
    expect(worse.filter((msg) => !allowed.includes(msg) && !/can read/.test(msg))).toEqual([]);
  });

  test('has nothing of ours above it, where Node would look', () => {
    for (let folder = dirname(app); folder !== dirname(folder); folder = dirname(folder)) {
      expect(existsSync(join(folder, 'node_modules'))).toBe(false);
    }
  });

  test('is healthy, by the check of the image', async () => {
    expect(await outcomeOf(start(image.health, env))).toEqual({ status: 0, out: '' });
  });

  test('signs a person in, and out: deploy/smoke.mjs', async () => {
    const args = ['--sample', sample.url, '--portico', env['BASE_URL']!, '--login', foo.email];
    const smoke = spawn(process.execPath, ['deploy/smoke.mjs', ...args], {
      env: { PATH: process.env['PATH'], SMOKE_PASSWORD: 'foobar' },
    });
    const { status, out: said } = await outcomeOf(smoke);
    expect(said).toMatch(/^sign-in screen/m);
    if (requiredActions.length > 0) return; // a screen of yours, which the script does not know
    expect(said).toMatch(/^signed in/m);
    expect(said).toMatch(/^asked again/m);
    expect(status).toBe(0);
  });

  test('has the commands of portico', async () => {
    const portico = ['node', 'dist/cli/portico.js'];
    const checked = await outcomeOf(start([...portico, 'users', 'check', env['USERS_FILE']!]));
    expect(checked.status).toBe(0);
    const data = join(temporaryFolder({}), 'data');
    mkdirSync(data);
    chmodSync(dirname(data), 0o755);
    if (canBeAnyone) chownSync(data, anyUser.uid, anyUser.gid);
    const database = { DATABASE_URL: `pglite:${data}` };
    const migrated = await outcomeOf(start([...portico, 'migrate'], database));
    expect(migrated).toMatchObject({ status: 0, out: expect.stringContaining('done') });
  });

  test('ends with 0 at SIGTERM, and is unhealthy then', async () => {
    portico.kill(image.stopSignal as NodeJS.Signals);
    expect(await ended).toEqual([0, null]);
    const { status, out: said } = await outcomeOf(start(image.health, env));
    expect(status).toBe(1);
    expect(said).toContain('Portico is not alive.');
  });
});
