export { databaseAddress, databaseDoubt, type DatabaseAddress } from './address.ts';
export { migrate, MigrationError, type Migrations } from './migrate.ts';
export { isAway, DatabaseError } from './errors.ts';
export { openDatabase, type Database, type DatabaseLog } from './open-database.ts';
export { tryAgain } from './try-again.ts';
