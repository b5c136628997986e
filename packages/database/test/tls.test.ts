/** TLS by the parameters of the address. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { postgresPrograms, startPostgres } from '@portico/database/testing';
import { sql } from 'kysely';
import { databaseAddress, databaseDoubt, isAway, openDatabase } from '../src/index.ts';

const longMs = 60_000;
const log = { info() {}, warn() {} };
const folder = join(import.meta.dirname, 'fixtures/tls');
const ca = join(folder, 'cert.pem');
const programs = postgresPrograms();
let server: Awaited<ReturnType<typeof startPostgres>> | undefined;
beforeAll(async () => {
  if (programs) server = await startPostgres(programs, { tlsFolder: folder });
}, longMs);
afterAll(() => server?.close(), longMs);

/** Whether the connection is encrypted, or why there is none. */
async function ask(host: string, parameters: string): Promise<unknown> {
  const { port } = new URL(server!.address);
  const address = databaseAddress(`postgres://postgres@${host}:${port}/postgres?${parameters}`)!;
  const database = await openDatabase(address, { log });
  const query = sql<{ ssl: boolean }>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
  const answer = await query.execute(database.kysely()).then(
    ({ rows }) => rows[0]!.ssl,
    (error: Error) => {
      expect(isAway(error)).toBe(true);
      return error.message;
    },
  );
  await database.close();
  return answer;
}

const doubtful = 'postgres://localhost/portico?sslmode=require';
test('a mode that other programs take for less is doubted', () => {
  expect(databaseDoubt(doubtful)).toContain('is taken for verify-full');
});

if (programs) {
  test.each([
    ['localhost', `sslmode=verify-full&sslrootcert=${ca}`, true],
    ['localhost', `sslmode=require&sslrootcert=${ca}`, true],
    ['localhost', 'sslmode=no-verify', true],
    ['localhost', 'sslmode=disable', false],
    ['localhost', '', false],
    ['localhost', 'sslmode=verify-full', expect.stringContaining('self-signed certificate')],
    ['localhost', 'sslmode=require', expect.stringContaining('self-signed certificate')],
    ['127.0.0.1', `sslmode=verify-full&sslrootcert=${ca}`, expect.stringContaining('127.0.0.1')],
    ['127.0.0.1', `sslmode=verify-ca&sslrootcert=${ca}`, expect.stringContaining('127.0.0.1')],
  ])('to %s with %s: %p', async (host, parameters, expected) => {
    expect(await ask(host, parameters)).toEqual(expected);
  });
}
