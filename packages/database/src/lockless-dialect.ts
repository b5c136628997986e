import { PostgresAdapter, PostgresDialect } from 'kysely';

/**
 * The Migrator's own lock belongs to a session. A pooler such as PgBouncer would give the session, with
 * its lock, to somebody else: `migrate` takes one that belongs to its transaction.
 */
export class LocklessDialect extends PostgresDialect {
  override createAdapter(): PostgresAdapter {
    return new LocklessAdapter();
  }
}

class LocklessAdapter extends PostgresAdapter {
  override async acquireMigrationLock(): Promise<void> {}
  override async releaseMigrationLock(): Promise<void> {}
}
