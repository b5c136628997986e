/** A process that opens a database, stores a row a line, and stays until it is killed. */
import { databaseAddress, migrate, openDatabase } from '../src/index.ts';

const [address = ''] = process.argv.slice(2);
const log = { info() {}, warn() {} };

try {
  const database = await openDatabase(databaseAddress(address)!, { log });
  const done = await migrate(database, {
    name: 'held',
    migrations: {
      '2026-01-01-held': {
        up: (db) => db.schema.createTable('held').addColumn('number', 'integer').execute(),
      },
    },
  });
  console.log(`open ${done.length}`);
  const db = database.kysely<{ held: { number: number } }>();
  for (let number = 1; ; number += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await db.insertInto('held').values({ number }).execute();
    console.log(`stored ${number}`);
  }
} catch (error) {
  console.log(`failed: ${(error as Error).message}`);
}
