/** The homes of people that the bench fills: a file, PGlite and PostgreSQL. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { postgresPrograms, startPostgres } from '@portico/database/testing';
import { usageOf } from '../process-usage.ts';
import { onCore } from '../processor-cores.ts';
import { writePeople } from './rows.ts';

export const homeNames = ['file', 'pglite', 'postgresql'] as const;
export type HomeName = (typeof homeNames)[number];

export interface Home {
  /** What the app needs to find its people. */
  env: Record<string, string>;
  /** How `portico users import` did, where there was something to import. */
  filled: Filled | undefined;
  close(): Promise<void>;
}

interface Filled {
  seconds: number;
  peakMemory: number | undefined;
}

interface Wish {
  count: number;
  folder: string;
  core: number | undefined;
}

/** @returns `undefined` where there is no PostgreSQL */
export async function openHome(name: HomeName, wish: Wish): Promise<Home | undefined> {
  if (name === 'file') return fileHome(wish);
  if (name === 'pglite') {
    return databaseHome(`pglite:${join(wish.folder, 'pglite')}`, wish, async () => {});
  }
  const own = process.env['BENCH_DATABASE_URL'];
  if (own) return databaseHome(own, wish, async () => {});
  const programs = postgresPrograms();
  if (!programs) return undefined;
  const server = await startPostgres(programs, { manners: [] });
  return databaseHome(server.address, wish, () => server.close());
}

async function fileHome({ count, folder }: Wish): Promise<Home> {
  const file = join(folder, 'users.json');
  await writePeople(file, count, 'json');
  return { env: { IDENTITY: 'file', USERS_FILE: file }, filled: undefined, async close() {} };
}

async function databaseHome(
  address: string,
  { count, folder, core }: Wish,
  close: () => Promise<void>,
): Promise<Home> {
  const env = { IDENTITY: 'sql', DATABASE_URL: address };
  const file = join(folder, 'people.jsonl');
  try {
    await writePeople(file, count, 'jsonl');
    return { env, filled: await importInto(env, file, core), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** `portico users import`, as an operator runs it. */
async function importInto(
  env: Record<string, string>,
  file: string,
  core: number | undefined,
): Promise<Filled> {
  const line = [process.execPath, 'dist/cli/portico.js', 'users', 'import', file];
  const [program = '', ...parameters] = onCore(core, line);
  const { PATH = '', HOME = '' } = process.env;
  const start = performance.now();
  const child = spawn(program, parameters, {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 2, 2],
    detached: true,
  });
  let peakMemory: number | undefined;
  const look = setInterval(() => {
    const usage = usageOf(child.pid!); // none of a process that is ending
    if (usage) peakMemory = Math.max(usage.peakMemory, peakMemory ?? 0);
  }, 100);
  const [code] = (await once(child, 'exit')) as [number | null];
  clearInterval(look);
  if (code !== 0) throw new Error(`portico users import ended with ${code}.`);
  return { seconds: (performance.now() - start) / 1000, peakMemory };
}
