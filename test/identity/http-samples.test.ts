/** The samples in `docs/people-api` do what every backend must, through the backend `http`. */
import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Identity } from '../../src/identity/backend.ts';
import { foldLogin } from '../../src/identity/login-key.ts';
import { origin } from '../support/origin.ts';
import { max, password, passwordOf, people } from '../support/people.ts';
import { openHttpIdentity, token } from '../support/people-api.ts';
import { until } from '../support/until.ts';
import { describeIdentity } from './contract.ts';

// Go compiles its sample first.
jest.setTimeout(240_000);

const folder = mkdtempSync(join(tmpdir(), 'people-samples-'));
const iterations = 1000;

const file = join(folder, 'people.json');
const listed = people.map(({ password_hash: _hash, ...person }) => {
  const salt = randomBytes(16);
  const hash = pbkdf2Sync(passwordOf(person), salt, iterations, 32, 'sha256');
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
for (const { name } of missing) console.warn(`Not run: the sample in ${name}, which is not here.`);

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

async function openSample(sample: (typeof samples)[number], secret = token): Promise<Identity> {
  if ('build' in sample) execFileSync(sample.needs[0], sample.build);
  const port = await freePort();
  const program = 'program' in sample ? sample.program : sample.needs[0];
  const env = { ...process.env, PORT: `${port}`, TOKEN: token, PEOPLE: file };
  running.push(spawn(program, sample.run, { env, stdio: 'ignore' }));
  const PEOPLE_API_URL = `http://127.0.0.1:${port}`;
  const { identity } = await openHttpIdentity({ PEOPLE_API_URL, PEOPLE_API_TOKEN: token });
  await until(() => identity.ready());
  if (secret === token) return identity;
  await identity.close();
  return (await openHttpIdentity({ PEOPLE_API_URL, PEOPLE_API_TOKEN: secret })).identity;
}

for (const sample of there) {
  describeIdentity(`the sample in ${sample.name}`, () => openSample(sample));

  describe(`the sample in ${sample.name}`, () => {
    let stranger: Identity;
    beforeAll(async () => {
      stranger = await openSample(sample, 'another-token');
    });
    afterAll(() => stranger.close());

    test('refuses another token, and not as a wrong password', async () => {
      await expect(stranger.verify(max.email, password, origin)).rejects.toMatchObject({
        kind: 'down',
      });
      expect(await stranger.ready()).toBe(false);
    });
  });
}
