/** Several processes at one database, and a network in between. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { startNetwork, testDatabases } from '@portico/database/testing';
import { databaseAddress, isAway, openDatabase } from '../src/index.ts';

const log = { info() {}, warn() {} };
const longMs = 120_000;
const [pglite, postgres] = testDatabases();
const children: ChildProcess[] = [];
const folders: string[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(async () => {
  await pglite!.close();
  await postgres?.close();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}, longMs);

/** Starts `hold.ts`. */
function hold(address: string) {
  const script = join(import.meta.dirname, 'hold.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, address], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on('line', (line) => lines.push(line));
  return {
    lines,
    /** The first line of this kind. */
    async line(beginning: string): Promise<string> {
      for (;;) {
        const found = lines.find((one) => one.startsWith(beginning));
        if (found !== undefined) return found;
        if (child.exitCode !== null || child.signalCode !== null) return lines.join('\n');
        await Promise.race([once(reader, 'line'), once(reader, 'close'), once(child, 'exit')]);
      }
    },
    async kill() {
      child.kill('SIGKILL');
      if (child.signalCode === null) await once(child, 'exit');
    },
  };
}

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'portico-database-test-'));
  folders.push(folder);
  return folder;
}

const opening = (folder: string) => openDatabase(databaseAddress(`pglite:${folder}`)!, { log });

describe('a folder of PGlite', () => {
  test(
    'is for one process, is free when that was killed, and has all that was stored',
    async () => {
      const address = await pglite!.fresh();
      const first = hold(address);
      expect(await first.line('open')).toBe('open 1');
      const second = hold(address);
      expect(await second.line('failed')).toMatch(
        /^failed: another process uses the database in .+: PGlite is for one process at a time$/,
      );
      await first.line('stored 20');
      await first.kill();
      const stored = first.lines.filter((line) => line.startsWith('stored')).length;

      const database = await openDatabase(databaseAddress(address)!, { log });
      const db = database.kysely<{ held: { number: number } }>();
      const rows = await db.selectFrom('held').selectAll().execute();
      expect(rows.length).toBeGreaterThanOrEqual(stored);
      await database.close();
    },
    longMs,
  );

  test('is refused when it is of another PostgreSQL, and stays as it was', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'PG_VERSION'), '17\n');
    await expect(opening(folder)).rejects.toThrow(
      `${folder} holds data of PostgreSQL 17, but this PGlite is PostgreSQL 18`,
    );
    expect(readdirSync(folder).toSorted()).toEqual(['PG_VERSION', 'portico.lock']);
  });

  test('is refused when it is full of something else', async () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'thesis.odt'), '');
    await expect(opening(folder)).rejects.toThrow('neither empty nor a database');
    const file = join(folder, 'thesis.odt', 'data');
    const none = process.platform === 'linux' ? ['/proc/portico/data'] : [];
    for (const folder of [file, ...none]) {
      await expect(opening(folder)).rejects.toThrow(`the folder ${folder} cannot be made`);
    }
  });

  test(
    'is made in an empty volume, again if the process ended in the middle',
    async () => {
      const folder = emptyFolder();
      mkdirSync(join(folder, 'lost+found'));
      mkdirSync(join(folder, 'base'));
      writeFileSync(join(folder, 'portico.new'), '');
      writeFileSync(join(folder, 'PG_VERSION'), '18\n');
      const database = await opening(folder);
      expect(await database.ready()).toBe(true);
      await database.close();
      expect(readdirSync(folder)).not.toContain('portico.new');
      expect(readdirSync(folder)).toContain('lost+found');
    },
    longMs,
  );
});

if (postgres) {
  test(
    'several processes bring the tables of PostgreSQL up to date at once, one of them for all',
    async () => {
      const address = await postgres.fresh();
      const processes = [hold(address), hold(address), hold(address)];
      const opened = await Promise.all(processes.map((one) => one.line('open')));
      expect(opened.toSorted()).toEqual(['open 0', 'open 0', 'open 1']);
    },
    longMs,
  );

  test(
    'a query without an answer ends, and its connection is not used again',
    async () => {
      const url = new URL(await postgres.fresh());
      const network = await startNetwork(url.hostname, Number(url.port));
      url.hostname = '127.0.0.1';
      url.port = String(network.port);
      url.searchParams.set('max', '1');
      const database = await openDatabase(databaseAddress(url.href)!, { log });
      const ask = (text: string) =>
        sql<{ answer: string }>`select cast(${text} as text) as answer`.execute(database.kysely());
      expect((await ask('a')).rows).toEqual([{ answer: 'a' }]);
      network.stall();
      const failed = await ask('b').catch((error: unknown) => error);
      expect(isAway(failed)).toBe(true);
      expect(await database.ready()).toBe(false);
      network.goOn();
      expect((await ask('c')).rows).toEqual([{ answer: 'c' }]);
      expect(await database.ready()).toBe(true);
      await database.close();
      network.close();
    },
    longMs,
  );
}
