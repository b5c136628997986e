/** `npm run bench`: what one core can do, next to a bare page and to any other app. See `usage`. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeUsersFile, writeUsersFile } from '../../support/people.ts';
import { barePage, peer, portico, type App } from './apps.ts';
import { benchPeople } from './bench-people.ts';
import { freePorts } from './free-ports.ts';
import { readOptions, usage, type Options } from './options.ts';
import { plainScript } from './plain-script.ts';
import { findCores, stayOn } from './processor-cores.ts';
import { doubtsAbout, sectionsOf } from './results.ts';
import { measureAll } from './rounds.ts';
import { startProcess } from './start-process.ts';
import { tableOf } from './table.ts';
import { mostVisitors } from './load.ts';

const say = (text: string) => void process.stderr.write(`${text}\n`);

async function main(options: Options): Promise<void> {
  const build = spawnSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 2, 2] });
  if (build.status !== 0) throw new Error('There is no build to measure.');
  const cores = findCores();
  if (cores) stayOn(cores.driver);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const usersFile = await writeUsersFile(await benchPeople());
  const [gotPort, undiciPort, barePort, freePort] = await freePorts(4);
  const adminPort = Number(process.env['BENCH_ADMIN_PORT'] ?? freePort);
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const admin = await startProcess({
    line: [process.execPath, await plainScript('bare-admin', folder)],
    env: { PORT: String(adminPort) },
    core: cores?.driver,
    firstPage: new URL('/health/ready', adminUrl),
  });
  try {
    const place = { adminUrl, core: cores?.app };
    const apps = [
      portico('got', place, { port: gotPort!, usersFile }),
      portico('undici', place, { port: undiciPort!, usersFile }),
      barePage(await plainScript('bare-page', folder), place, barePort!),
      peer(place),
    ].filter((app) => app !== undefined);
    const found = await measureAll(apps, options, { driver: admin.group, tell: say });
    report({ apps, found, options, isTied: cores !== undefined });
  } finally {
    await admin.stop();
    await removeUsersFile(usersFile);
    await rm(folder, { recursive: true });
  }
}

interface Report {
  apps: App[];
  found: Awaited<ReturnType<typeof measureAll>>;
  options: Options;
  isTied: boolean;
}

function report({ apps, found, options: { rounds, ms, isJson }, isTied }: Report): void {
  const names = apps.map(({ name }) => name);
  const yardstick = names.at(-1)!;
  const sections = sectionsOf(found, yardstick);
  const doubts = [
    ...(isTied ? [] : ['Nothing was tied to a core: that takes taskset and two cores.']),
    ...doubtsAbout(found),
  ];
  const about =
    `${cpus()[0]?.model}, Node ${process.version}; ${rounds} rounds of ${ms} ms, ` +
    `${mostVisitors} at once: median (least–most)`;
  const table = [about, tableOf(sections, names, yardstick), '', ...doubts].join('\n');
  if (isJson) say(table);
  console.log(isJson ? JSON.stringify({ about, yardstick, sections, doubts }, null, 2) : table);
}

let options: Options;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  say(`${(error as Error).message}\n\n${usage}`);
  process.exit(1);
}
try {
  await main(options);
} catch (error) {
  say(`The bench stopped: ${(error as Error).message}`);
  process.exitCode = 1;
}
