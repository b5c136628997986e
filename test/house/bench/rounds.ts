import { peerName, type App } from './apps.ts';
import {
  measurePace,
  measureTimes,
  startApp,
  type Pace,
  type RunningApp,
  type Times,
} from './measure.ts';
import type { Options } from './options.ts';
import { usageOf } from './process-usage.ts';
import { spreadOf } from './spread.ts';
import { worksAt, type WorkName } from './works.ts';
import { closedLoop, fixedRate } from './load.ts';

/** All that was found about one app at one kind of work, a round after the other. */
export interface Found {
  paces: Pace[];
  /** At half of its own peak. */
  halfLoad: Times[];
  /** At half of the peak of the peer or, without one, of the slowest app: the same rate for all. */
  sameRate: Times[];
}

export interface Findings {
  startMs: number[];
  /** Milliseconds of processor time for a start. */
  startCpuMs: (number | undefined)[];
  /** Bytes, of a fresh process after a minute of journeys, at the same rate for all. */
  steadyMemory: number | undefined;
  peakMemory: number | undefined;
  works: Partial<Record<WorkName, Found>>;
}

/**
 * Measures all apps. In each round every app has its turn at the same work, one after the other, so
 * that a slow minute of the machine is a slow minute for all of them.
 * @param driver the process group of the admin API
 * @param tell hears what is being done
 * @returns what was found, by the name of the app
 */
export async function measureAll(
  apps: App[],
  options: Options,
  { driver, tell }: { driver: number; tell: (what: string) => void },
): Promise<Map<string, Findings>> {
  const found = new Map<string, Findings>(
    apps.map(({ name }) => [
      name,
      { startMs: [], startCpuMs: [], steadyMemory: undefined, peakMemory: undefined, works: {} },
    ]),
  );
  tell('starting');
  for (let round = 0; round < options.startRounds; round++) {
    for (const app of apps.filter(({ command }) => command)) {
      const { process: started } = await startApp(app);
      const { startMs, startCpuMs } = found.get(app.name)!;
      startMs.push(started!.startMs);
      startCpuMs.push(usageOf(started!.group)?.cpuMs);
      await started!.stop();
    }
  }
  const running: RunningApp[] = [];
  try {
    for (const app of apps) running.push(await startApp(app));
    await measureWorks(running, options, { found, driver, tell });
    for (const { name, process: started } of running) {
      found.get(name)!.peakMemory = started && usageOf(started.group)?.peakMemory;
    }
  } finally {
    for (const { process: started } of running) await started?.stop();
  }
  if (options.memoryMs > 0) await measureMemory(apps, options, { found, tell });
  return found;
}

/** One after the other, each by itself, at the same rate for all. */
async function measureMemory(
  apps: App[],
  { works, memoryMs }: Options,
  { found, tell }: { found: Map<string, Findings>; tell: (what: string) => void },
): Promise<void> {
  const name = works.includes('journey') ? 'journey' : works.at(-1)!;
  const peaks = apps.map((app) => peakOf(found.get(app.name)!.works[name]!));
  const load = { perSecond: sameRateOf(apps, peaks), ms: memoryMs };
  for (const app of apps.filter(({ command }) => command)) {
    tell(
      `memory after ${memoryMs / 1000} s of ${name}, ${load.perSecond.toFixed(0)}/s: ${app.name}`,
    );
    const { process: started } = await startApp(app);
    try {
      await fixedRate(app.site.url, worksAt(app.site)[name], load);
      found.get(app.name)!.steadyMemory = usageOf(started!.group)?.memory;
    } finally {
      await started!.stop();
    }
  }
}

const peakOf = ({ paces }: Found): number => spreadOf(paces.map((pace) => pace.perSecond))!.median;

/** Half of what the peer can do; without one, half of what the slowest can do. */
function sameRateOf(apps: App[], peaks: number[]): number {
  const peer = apps.findIndex(({ name }) => name === peerName);
  return (peer < 0 ? Math.min(...peaks) : peaks[peer]!) / 2;
}

async function measureWorks(
  running: RunningApp[],
  { rounds, timesRounds, ms, warmMs, works }: Options,
  { found, driver, tell }: Parameters<typeof measureAll>[2] & { found: Map<string, Findings> },
): Promise<void> {
  const turns = works.map((name) => ({
    name,
    apps: running.map((app) => {
      const one: Found = { paces: [], halfLoad: [], sameRate: [] };
      found.get(app.name)!.works[name] = one;
      return { app, work: worksAt(app.site)[name], found: one };
    }),
  }));
  for (const { name, apps } of turns) {
    tell(`warming up: ${name}`);
    for (const { app, work } of apps) await closedLoop(app.site.url, work, warmMs);
  }
  for (let round = 1; round <= rounds; round++) {
    for (const { name, apps } of turns) {
      tell(`round ${round} of ${rounds}, as fast as it goes: ${name}`);
      for (const turn of apps) {
        turn.found.paces.push(await measurePace(turn.app, turn.work, { ms, driver }));
      }
    }
  }
  for (let round = 1; round <= timesRounds; round++) {
    for (const { name, apps } of turns) {
      tell(`round ${round} of ${timesRounds}, at a fixed rate: ${name}`);
      const peaks = apps.map((turn) => peakOf(turn.found));
      for (const [index, { app, work, found: one }] of apps.entries()) {
        const own = { perSecond: peaks[index]! / 2, ms };
        one.halfLoad.push(await measureTimes(app, work, own));
        const same = { perSecond: sameRateOf(running, peaks), ms };
        one.sameRate.push(await measureTimes(app, work, same));
      }
    }
  }
}
