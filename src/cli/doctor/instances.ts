import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { NoAnswer } from '@portico/hydra-tools';
import * as v from 'valibot';
import { kind } from '@portico/settings';
import type { Marked } from './compare.ts';
import { orNoAnswer, type Path } from './path.ts';

const versionAnswer = v.object({
  instance: v.string(),
  settings: v.record(v.string(), v.string()),
  secrets: v.record(v.string(), v.array(v.string())),
});

const dependenciesAnswer = v.object({
  dependencies: v.record(v.string(), v.object({ status: v.string() })),
});

/**
 * Asks instances at their management ports.
 * @param addresses such as `http://10.0.0.7:9464`; a name with several addresses means all of them
 * @returns those that answered
 */
export async function askInstances(path: Path, addresses: readonly string[]): Promise<Marked[]> {
  const { report } = path;
  const all: Marked[] = [];
  for (const given of addresses) {
    const address = kind.address(given);
    if (address === undefined) {
      report.fault(
        'replicas',
        `--instance must be an http(s) address without a query: "${given}".`,
      );
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop -- findings come in the same order each time
    for (const place of await placesOf(address)) {
      // oxlint-disable-next-line no-await-in-loop
      const found = await askManagement(path, place);
      if (found) all.push(found);
    }
  }
  return all;
}

/** Each address of the host: behind one name there may be several instances. */
async function placesOf(address: string): Promise<string[]> {
  const { protocol, hostname, port, pathname } = new URL(address);
  if (protocol !== 'http:' || isIP(hostname.replace(/[[\]]/g, ''))) return [address];
  const found = await lookup(hostname, { all: true }).catch(() => []);
  const alike = found.filter(({ family }) => family === found[0]?.family); // both are of each
  if (alike.length < 2) return [address];
  return alike.map(({ address: ip, family }) => {
    const host = family === 6 ? `[${ip}]` : ip;
    return `http://${host}${port && `:${port}`}${pathname.replace(/\/+$/, '')}`;
  });
}

async function askManagement(path: Path, place: string): Promise<Marked | undefined> {
  const { newBrowser, report } = path;
  const visit = await orNoAnswer(newBrowser().visit(`${place}/version`));
  if (visit instanceof NoAnswer) {
    const says = `The instance with the management port ${place} cannot be asked, ${visit.message}: check the address, MANAGEMENT_PORT and MANAGEMENT_HOST.`;
    report.fault('replicas', says, 'MANAGEMENT_PORT');
    return undefined;
  }
  const version = read(versionAnswer, visit.body);
  if (!version) {
    const says = `There is no management port of Portico at ${place} (status ${visit.status}).`;
    report.fault('replicas', says, 'MANAGEMENT_PORT');
    return undefined;
  }
  const health = await orNoAnswer(newBrowser().visit(`${place}/health/dependencies`));
  const told = health instanceof NoAnswer ? undefined : read(dependenciesAnswer, health.body);
  for (const [name, { status }] of Object.entries(told?.dependencies ?? {})) {
    if (status === 'down') {
      const about = name === 'hydra' ? 'app_server' : name === 'database' ? 'database' : 'people';
      const says = `The instance ${version.instance} says that ${name} does not answer it.`;
      report.fault(about, says);
    }
  }
  return version;
}

function read<T>(
  schema: v.BaseSchema<unknown, T, v.BaseIssue<unknown>>,
  body: string,
): T | undefined {
  try {
    const found = v.safeParse(schema, JSON.parse(body));
    return found.success ? found.output : undefined;
  } catch {
    return undefined;
  }
}
