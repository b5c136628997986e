import { openConnection } from '../connection.ts';
import { portico, type Place } from '../apps.ts';
import { closedLoop } from '../load.ts';
import { usageOf } from '../process-usage.ts';
import { quantile } from '../spread.ts';
import { startProcess } from '../start-process.ts';
import { signIn, worksAt, type Hashing } from '../works.ts';
import { freePorts } from '../../../support/free-ports.ts';
import type { Home } from './homes.ts';
import { anybodyOf } from './rows.ts';
import { countedWay } from './statements.ts';

/** Milliseconds. */
export interface SignInTimes {
  p50: number;
  p99: number;
}

export interface HomeFindings {
  startMs: number;
  /** Bytes. */
  memory: { started: number; loaded: number; peak: number } | undefined;
  signIn: Record<Hashing, SignInTimes>;
  /** With 32 people at once, usual hashes. */
  perSecond: number;
  /** Of a sign-in with its consent, in a new browser. */
  statements: number | undefined;
}

export interface Counts {
  people: number;
  signIns: number;
  loadMs: number;
}

const patienceMs = 300_000;

export async function measureHome(home: Home, place: Place, counts: Counts): Promise<HomeFindings> {
  const app = await appAt(home, place);
  const site = { ...app.site, personOf: anybodyOf(counts.people) };
  const running = await startProcess({ ...app.command, firstPage: app.firstPage, patienceMs });
  try {
    const started = usageOf(running.group)?.memory;
    const times = async (hashing: Hashing) => timesOf(site, hashing, counts.signIns);
    await timesOf(site, 'cheapest', Math.ceil(counts.signIns / 5)); // it is warm then
    const signInTimes = { cheapest: await times('cheapest'), usual: await times('usual') };
    const done = await closedLoop(site.url, loadOf(site), counts.loadMs);
    const usage = usageOf(running.group);
    return {
      startMs: running.startMs,
      memory:
        usage && started !== undefined
          ? { started, loaded: usage.memory, peak: usage.peakMemory }
          : undefined,
      signIn: signInTimes,
      perSecond: (done.inTime * 1000) / counts.loadMs,
      statements: await statementsOf(home, place, () => running.stop()),
    };
  } finally {
    await running.stop();
  }
}

type Site = Parameters<typeof signIn>[0];

const loadOf = (site: Site) => ({
  name: 'sign-in',
  run: async (connection: Parameters<typeof signIn>[1], visitor: number) =>
    void (await signIn(site, connection, visitor, 'usual')),
});

/** One after the other. */
async function timesOf(site: Site, hashing: Hashing, count: number): Promise<SignInTimes> {
  const connection = await openConnection(site.url);
  const times = new Float64Array(count);
  for (let number = 0; number < count; number += 1) {
    times[number] = await signIn(site, connection, number % 32, hashing);
  }
  connection.close();
  times.sort();
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

async function appAt({ env }: Home, place: Place) {
  const [port] = await freePorts(1);
  const app = portico('got', place, { port: port!, usersFile: '' });
  const { USERS_FILE: _, ...others } = app.command!.env;
  return { ...app, command: { ...app.command!, env: { ...others, ...env } } };
}

const journeys = 20;

/** What PGlite is asked is the same, but cannot be seen from outside. */
async function statementsOf(
  home: Home,
  place: Place,
  stopOther: () => Promise<void>,
): Promise<number | undefined> {
  const address = home.env['DATABASE_URL'];
  if (!address?.startsWith('postgres')) return undefined;
  await stopOther();
  const way = await countedWay(address);
  const app = await appAt({ ...home, env: { ...home.env, DATABASE_URL: way.address } }, place);
  const running = await startProcess({ ...app.command, firstPage: app.firstPage });
  try {
    const { journey } = worksAt(app.site);
    const connection = await openConnection(app.site.url);
    await journey.run(connection, 0); // opens connections
    const before = way.statements();
    for (let number = 0; number < journeys; number += 1) await journey.run(connection, number);
    connection.close();
    return (way.statements() - before) / journeys;
  } finally {
    await running.stop();
    await way.close();
  }
}
