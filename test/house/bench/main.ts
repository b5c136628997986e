/** `npm run bench`: what one core can do, next to a bare page and to any other app. See `usage`. */
import { cpus } from 'node:os';
import { removeUsersFile, writeUsersFile } from '../../support/people.ts';
import { barePage, peer, portico, type App } from './apps.ts';
import { benchPeople } from './bench-people.ts';
import { freePorts } from '../../support/free-ports.ts';
import { readOptions, readRounds, usage, type Options } from './options.ts';
import { plainScript } from './plain-script.ts';
import { measurePeople, readPeopleOptions } from './people/main.ts';
import { doubtsAbout, sectionsOf } from './results.ts';
import { measureAll } from './rounds.ts';
import { measureKills } from './several/kills.ts';
import { measureWrongPasswords } from './several/wrong-passwords.ts';
import { buildApp, withSetUp } from './set-up.ts';
import { tableOf } from './table.ts';
import { targetLines } from './targets.ts';
import { mostVisitors } from './load.ts';

const say = (text: string) => void process.stderr.write(`${text}\n`);

async function main(options: Options): Promise<void> {
  await withSetUp(async ({ place, folder, driver }) => {
    const usersFile = await writeUsersFile(await benchPeople());
    const [gotPort, undiciPort, barePort] = await freePorts(3);
    try {
      const apps = [
        portico('got', place, { port: gotPort!, usersFile }),
        portico('undici', place, { port: undiciPort!, usersFile }),
        peer(place) ?? barePage(await plainScript('bare-page', folder), place, barePort!),
      ];
      const found = await measureAll(apps, options, { driver, tell: say });
      report({ apps, found, options, isTied: place.core !== undefined });
    } finally {
      await removeUsersFile(usersFile);
    }
  });
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
  const rows = [tableOf(sections, names, yardstick), ...targetLines(sections, yardstick)];
  const table = [about, ...rows, '', ...doubts].join('\n');
  if (isJson) say(table);
  console.log(isJson ? JSON.stringify({ about, yardstick, sections, doubts }, null, 2) : table);
}

const benches: Record<string, (args: string[]) => () => Promise<void>> = {
  people: (args) => {
    const options = readPeopleOptions(args);
    return async () => {
      console.log(await withSetUp((setUp) => measurePeople(options, { ...setUp, tell: say })));
    };
  },
  kills: (args) => {
    const rounds = readRounds(args);
    return async () => {
      buildApp();
      console.log(await measureKills(rounds, say));
    };
  },
  'wrong-passwords': (args) => {
    readRounds(args);
    return async () => {
      buildApp();
      console.log(await measureWrongPasswords(say));
    };
  },
};

const [first = '', ...others] = process.argv.slice(2);
let bench: () => Promise<void>;
try {
  const prepare = benches[first];
  if (prepare) {
    bench = prepare(others);
  } else {
    const options = readOptions(process.argv.slice(2));
    bench = () => main(options);
  }
} catch (error) {
  say(`${(error as Error).message}\n\n${usage}`);
  process.exit(1);
}
try {
  await bench();
} catch (error) {
  say(`The bench stopped: ${(error as Error).message}`);
  process.exitCode = 1;
}
