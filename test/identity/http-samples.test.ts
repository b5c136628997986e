/** The samples in `docs/people-api` do what every backend must, through the backend `http`. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { Identity } from '../../src/identity/backend.ts';
import { foldLogin } from '../../src/identity/login-key.ts';
import { normalPassword } from '../../src/identity/password.ts';
import { notRun } from '../support/not-run.ts';
import { origin } from '../support/origin.ts';
import { max, password, passwordOf, people } from '../support/people.ts';
import { openHttpIdentity, token } from '../support/people-api.ts';
import { until } from '../support/until.ts';
import { describeIdentity } from './contract.ts';
import { describeStoreAway, describeStoreStalling } from './contract-away.ts';

// Go compiles its sample first.
jest.setTimeout(240_000);

const folder = mkdtempSync(join(tmpdir(), 'people-samples-'));
const iterations = 1000;

const file = join(folder, 'people.json');
const listed = people.map(({ password_hash: _hash, ...person }) => {
  const salt = randomBytes(16);
  const hash = pbkdf2Sync(normalPassword(passwordOf(person)), salt, iterations, 32, 'sha256');
  const { email, username = email }: { email: string; username?: string } = person;
  const logins = [foldLogin(email), foldLogin(username)];
  return { logins, salt: salt.toString('hex'), hash: hash.toString('hex'), person };
});
writeFileSync(file, JSON.stringify({ iterations, people: listed }), { mode: 0o600 });

const go = join(folder, 'people-go');
const samples = [
  { name: 'Node', needs: [process.execPath, '--version'], run: ['docs/people-api/server.mjs'] },
  { name: 'Python', needs: ['python3', '--version'], run: ['docs/people-api/server.py'] },
  {
    name: 'Go',
    needs: ['go', 'version'],
    build: ['build', '-o', go, 'docs/people-api/server.go'],
    program: go,
    run: [],
  },
] as const;

const isThere = ([program, ...parameters]: readonly string[]) =>
  spawnSync(program!, parameters).status === 0;
const [there, missing] = [true, false].map((wanted) =>
  samples.filter(({ needs }) => isThere(needs) === wanted),
) as [(typeof samples)[number][], (typeof samples)[number][]];
for (const { name, needs } of missing) {
  notRun(`the API for people in ${name}`, `${needs[0]} is not installed`);
}

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

type Sample = (typeof samples)[number];

function run(sample: Sample, port: number): ChildProcess {
  const program = 'program' in sample ? sample.program : sample.needs[0];
  const env = { ...process.env, PORT: `${port}`, TOKEN: token, PEOPLE: file };
  const child = spawn(program, sample.run, { env, stdio: 'ignore' });
  running.push(child);
  return child;
}

async function openSample(port: number, timeoutMs = 20_000): Promise<Identity> {
  const { identity } = await openHttpIdentity({
    PEOPLE_API_URL: `http://127.0.0.1:${port}`,
    PEOPLE_API_TOKEN: token,
    // Of the whole answer, also on a busy machine.
    PEOPLE_API_TIMEOUT_MS: `${timeoutMs}`,
  });
  await until(() => identity.ready());
  return identity;
}

for (const sample of there) {
  const name = `the sample in ${sample.name}`;
  let port: number;
  beforeAll(async () => {
    if ('build' in sample) execFileSync(sample.needs[0], sample.build);
  });

  describeIdentity(name, async () => {
    port = await freePort();
    run(sample, port);
    return openSample(port);
  });

  test(`${name} refuses another token, and not as a wrong password`, async () => {
    const { identity } = await openHttpIdentity({
      PEOPLE_API_URL: `http://127.0.0.1:${port}`,
      PEOPLE_API_TOKEN: 'another-token',
    });
    await expect(identity.verify(max.email, password, origin)).rejects.toMatchObject({
      kind: 'down',
    });
    expect(await identity.ready()).toBe(false);
    await identity.close();
  });

  describeStoreAway(name, async () => {
    const ownPort = await freePort();
    let child = run(sample, ownPort);
    const identity = await openSample(ownPort);
    return {
      identity,
      async goAway() {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
      async comeBack() {
        child = run(sample, ownPort);
        await until(() => identity.ready());
      },
    };
  });
}

const [ownSample] = samples;
describeStoreStalling(`the sample in ${ownSample.name}`, async () => {
  const port = await freePort();
  const child = run(ownSample, port);
  return {
    identity: await openSample(port, 3_000),
    stall: () => child.kill('SIGSTOP'),
    goOn: () => child.kill('SIGCONT'),
  };
});
