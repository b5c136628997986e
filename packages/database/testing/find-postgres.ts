import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const debian = '/usr/lib/postgresql';

/** The folder of the newest PostgreSQL that Debian or Ubuntu installed, with `initdb` in it. */
export function postgresPrograms(): string | undefined {
  if (!existsSync(debian)) return undefined;
  const versions = readdirSync(debian).toSorted((a, b) => Number(b) - Number(a));
  const folders = versions.map((version) => join(debian, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'initdb')));
}

/** Why tests do not run on PostgreSQL; `undefined` if they do. */
export function whyNoPostgres(): string | undefined {
  if (process.env['TEST_DATABASE_URL'] || postgresPrograms()) return undefined;
  return "TEST_DATABASE_URL is not set, and Debian's postgresql is not installed";
}
