import type { App } from './apps.ts';
import { closedLoop, fixedRate, type Work } from './load.ts';
import { usageOf } from './process-usage.ts';
import { quantile } from './spread.ts';
import { answers, startProcess, type StartedProcess } from './start-process.ts';

/** One closed loop. */
export interface Pace {
  perSecond: number;
  /** Milliseconds of processor time for each time that the work was done. */
  cpuMs: number | undefined;
  /** How much of its core the app had, 0 to 1. */
  appShare: number | undefined;
  /** How much of a core the generator and the admin API had. */
  driverShare: number | undefined;
  /** Bytes, while the load goes on. */
  memory: number | undefined;
}

/** One run at a fixed rate, in milliseconds. */
export interface Times {
  perSecond: number;
  p50: number;
  p99: number;
}

/** An app that is there. */
export interface RunningApp extends App {
  process: StartedProcess | undefined;
}

/** Starts an app, or looks whether it is there. @throws when it is not */
export async function startApp(app: App): Promise<RunningApp> {
  const { command, firstPage } = app;
  if (command) return { ...app, process: await startProcess({ ...command, firstPage }) };
  if (!(await answers(firstPage))) throw new Error(`There is no page at ${app.site.url.href}`);
  return { ...app, process: undefined };
}

/** @param driver the process group of the admin API */
export async function measurePace(
  { site, process: running }: RunningApp,
  work: Work,
  { ms, driver }: { ms: number; driver: number },
): Promise<Pace> {
  const look = () => ({
    at: performance.now(),
    app: running && usageOf(running.group),
    driverMs: (usageOf(driver)?.cpuMs ?? Number.NaN) + ownCpuMs(),
  });
  const before = look();
  const done = await closedLoop(site.url, work, ms);
  const after = look();
  const wallMs = after.at - before.at;
  const appMs = after.app && before.app && after.app.cpuMs - before.app.cpuMs;
  const driverMs = after.driverMs - before.driverMs;
  return {
    perSecond: (done.inTime * 1000) / ms,
    cpuMs: appMs === undefined ? undefined : appMs / done.all,
    appShare: appMs === undefined ? undefined : appMs / wallMs,
    driverShare: Number.isNaN(driverMs) ? undefined : driverMs / wallMs,
    memory: after.app?.memory,
  };
}

export async function measureTimes(
  { site }: RunningApp,
  work: Work,
  rate: { perSecond: number; ms: number },
): Promise<Times> {
  const times = await fixedRate(site.url, work, rate);
  return { perSecond: rate.perSecond, p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}

function ownCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
