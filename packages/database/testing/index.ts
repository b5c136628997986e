/**
 * Databases for tests: PGlite always; PostgreSQL where `TEST_DATABASE_URL` names one or Debian's
 * `postgresql` is installed. Not part of what is built.
 */
export { testDatabases, type TestDatabase } from './test-databases.ts';
export { startNetwork } from './network.ts';
export { postgresPrograms, whyNoPostgres } from './find-postgres.ts';
export { startPostgres, type PostgresServer } from './postgres-server.ts';
