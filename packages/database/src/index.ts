export { databaseAddress, databaseDoubt, type DatabaseAddress } from './address.ts';
export { migrate, MigrationError, type Migrations } from './migrate.ts';
export { DatabaseError, isAway, isConflictOfKeys } from './errors.ts';
export type { Description } from './describe.ts';
export {
  openDatabase,
  type Connections,
  type Database,
  type DatabaseLog,
  type Watched,
} from './open-database.ts';
export type { QueryReport } from './query-report.ts';
export { tryAgain } from './try-again.ts';
