/** The pods as processes: with the environment, the files and the commands that the manifests give them. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { freePort } from '../support/free-port.ts';
import { startInstance } from '../support/instance.ts';
import { journey } from '../support/journeys.ts';
import { writeUsersFile, removeUsersFile } from '../support/people.ts';
import { runPortico } from '../support/portico.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';
import { allManifests, podsOf, type Item, type Manifests } from './manifests.ts';
import { environmentHere } from './pod-files.ts';

const pods = allManifests.flatMap((all) =>
  podsOf(all).map((pod) => ({ title: `${all.name}: ${pod.of}`, all, pod })),
);

test.each(pods)('Portico takes the settings of $title', ({ all, pod }) => {
  const { warnings } = loadConfig(environmentHere(all, pod.spec.containers[0]));
  // A temporary folder is less private than what Kubernetes mounts.
  expect(warnings.filter((warning) => !warning.includes('chmod'))).toEqual([]);
});

const manifestsNamed = (name: string) => allManifests.find((one) => one.name === name);
const podOf = (all: Manifests, of: string): Item =>
  podsOf(all).find((pod) => pod.of === of)!.spec.containers[0];

let stub: AdminStub;
let usersFile: string;
beforeAll(async () => {
  stub = await startAdminStub();
  usersFile = await writeUsersFile();
});
afterAll(async () => {
  await removeUsersFile(usersFile);
  await stub.close();
});

const small = manifestsNamed('kustomize-small');
if (small) {
  test('the pod of the small overlay answers its probes, signs people in, and ends as Kubernetes ends it', async () => {
    const container = podOf(small, 'Deployment');
    const given = environmentHere(small, container, {
      USERS_FILE: readFileSync(usersFile, 'utf8'),
    });
    const ports: Record<string, number> = { http: await freePort(), management: await freePort() };
    const instance = await startInstance({
      ...given,
      PORT: String(ports['http']),
      MANAGEMENT_PORT: String(ports['management']),
      HYDRA_ADMIN_URL: stub.url,
      // The names of this machine, in place of those of the example.
      BASE_URL: `http://localhost:${ports['http']}`,
      DRAIN_SECONDS: '300',
    });
    const statusOf = async (probe: Item) => {
      const { port, path } = probe.httpGet;
      return (await fetch(`http://127.0.0.1:${ports[port]}${path}`)).status;
    };
    const { startupProbe, livenessProbe, readinessProbe } = container;
    for (const probe of [startupProbe, livenessProbe, readinessProbe]) {
      expect(await statusOf(probe)).toBe(200);
    }
    expect(await journey(stub, `http://127.0.0.1:${ports['http']}`)).toBeUndefined();
    const metrics = await fetch(`http://127.0.0.1:${ports['management']}/metrics`);
    expect(metrics.status).toBe(200);

    let toldAt = performance.now();
    instance.signal('SIGTERM');
    await until(async () => (await statusOf(readinessProbe)) === 503);
    expect(await statusOf(livenessProbe)).toBe(200); // it must not be killed for being told to end
    expect(await journey(stub, `http://127.0.0.1:${ports['http']}`)).toBeUndefined();
    // A second signal ends the drain, but not at once after the first.
    await until(() => {
      if (performance.now() > toldAt + 1_500) {
        instance.signal('SIGTERM');
        toldAt = performance.now();
      }
      return instance.out().includes('"stopped"');
    }, 60_000);
    expect(await instance.ended).toBe(0);
  }, 120_000);
}

const production = manifestsNamed('kustomize-production');
if (production) {
  test('the Job of the production overlay makes the tables, and does nothing the second time', async () => {
    const container = podOf(production, 'Job');
    const folder = temporaryFolder({});
    const env = environmentHere(production, container, { DATABASE_URL: `pglite:${folder}/data` });
    const [node, program, ...args] = container.args;
    expect([node, program]).toEqual(['node', 'dist/cli/portico.js']);
    const first = await runPortico(args, { env });
    expect([first.code, first.stdout]).toEqual([0, expect.stringContaining('state: done')]);
    const second = await runPortico(args, { env });
    expect([second.code, second.stdout]).toEqual([
      0,
      expect.stringContaining('state: was up to date'),
    ]);
  }, 120_000);
}
