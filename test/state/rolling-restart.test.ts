/** Two instances are restarted one after the other while people sign in: real processes. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret } from '../support/app.ts';
import { freePort } from '../support/free-port.ts';
import { startInstance, type Instance } from '../support/instance.ts';
import { startJourneys } from '../support/journeys.ts';
import { removeUsersFile, writeUsersFile } from '../support/people.ts';
import { startPoolBalancer, type PoolBalancer } from '../support/pool-balancer.ts';
import { until } from '../support/until.ts';

// A busy machine takes its time to start a process.
jest.setTimeout(240_000);

let stub: AdminStub;
let balancer: PoolBalancer;
let usersFile: string;
let ports: [number, number];
const running = new Set<Instance>();

async function start(port: number): Promise<Instance> {
  const instance = await startInstance({
    PORT: `${port}`,
    BASE_URL: balancer.url,
    HYDRA_ADMIN_URL: stub.url,
    HYDRA_PUBLIC_URL: stub.publicUrl,
    COOKIE_SECRET: cookieSecret,
    USERS_FILE: usersFile,
    TRUST_PROXY: 'loopback',
    DRAIN_SECONDS: '2',
  });
  running.add(instance);
  return instance;
}

beforeAll(async () => {
  stub = await startAdminStub();
  balancer = await startPoolBalancer({ checkEveryMs: 100 });
  usersFile = await writeUsersFile();
  ports = [await freePort(), await freePort()];
  balancer.lead(ports);
});
afterAll(async () => {
  for (const instance of running) instance.signal('SIGKILL');
  await balancer.close();
  await removeUsersFile(usersFile);
  await stub.close();
});

test('behind a balancer that sends nothing twice, nobody notices a rolling restart', async () => {
  const instances = await Promise.all(ports.map(start));
  await until(() => balancer.healthy().length === 2);
  const journeys = startJourneys(stub, balancer.url, { atOnce: 3 });
  await until(() => journeys.count() > 5);
  for (const [index, instance] of instances.entries()) {
    const before = journeys.count();
    instance.signal('SIGTERM');
    // oxlint-disable-next-line no-await-in-loop -- a rolling restart
    expect(await instance.ended).toBe(0);
    expect(instance.out()).toContain('"stopped"');
    // oxlint-disable-next-line no-await-in-loop
    await start(ports[index]!);
    // oxlint-disable-next-line no-await-in-loop
    await until(() => balancer.healthy().length === 2 && journeys.count() > before);
  }
  const { count, faults } = await journeys.end();
  expect(faults).toEqual([]);
  expect(balancer.counts()).toEqual({ lost: 0, served: count * 4 });
});
