import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Place } from './apps.ts';
import { freePorts } from '../../support/free-ports.ts';
import { plainScript } from './plain-script.ts';
import { findCores, stayOn } from './processor-cores.ts';
import { startProcess } from './start-process.ts';

export interface SetUp {
  place: Place;
  /** For files, gone afterwards. */
  folder: string;
  /** The process group of the admin API. */
  driver: number;
}

/** @throws when it cannot be built */
export function buildApp(): void {
  const build = spawnSync('npm', ['run', '--silent', 'build'], { stdio: ['ignore', 2, 2] });
  if (build.status !== 0) throw new Error('There is no build to measure.');
}

/**
 * Builds the app, finds a core for it and another for what drives it, and starts the bare admin API.
 * @throws when there is nothing to measure
 */
export async function withSetUp<T>(use: (setUp: SetUp) => Promise<T>): Promise<T> {
  buildApp();
  const cores = findCores();
  if (cores) stayOn(cores.driver);
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const [freePort] = await freePorts(1);
  const adminPort = Number(process.env['BENCH_ADMIN_PORT'] ?? freePort);
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const admin = await startProcess({
    line: [process.execPath, await plainScript('bare-admin', folder)],
    env: { PORT: String(adminPort) },
    core: cores?.driver,
    firstPage: new URL('/health/ready', adminUrl),
  });
  try {
    return await use({ place: { adminUrl, core: cores?.app }, folder, driver: admin.group });
  } finally {
    await admin.stop();
    await rm(folder, { recursive: true });
  }
}
