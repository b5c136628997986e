/** People of OpenID providers whom the database keeps, for other instances and after a restart. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseAddress, openDatabase, type Database } from '@portico/database';
import { testDatabases } from '@portico/database/testing';
import { createPeopleInDatabase } from '../../src/identity/openid-people-table.ts';

const log = { info() {}, warn() {}, error() {} };
const subject = `openid-${'a'.repeat(43)}`;
const open = async (address: string) => openDatabase(databaseAddress(address)!, { log });

describe.each(testDatabases())('on $name', (home) => {
  let database: Database;
  beforeAll(async () => {
    database = await open(await home.fresh());
  });
  afterAll(async () => {
    await database.close();
    await home.close();
  });

  test('a person is kept whole, and as the provider said last', async () => {
    const people = await createPeopleInDatabase(database, log);
    expect(await people.find(subject)).toBeUndefined();
    const user = { subject, email: 'a@b.example', claims: { note: 'a \0 and a \uD800' } };
    await people.keep({ subject, name: 'Before' });
    await people.keep(user);
    expect(await people.find(subject)).toEqual(user);
    // Another instance, or this one after a restart.
    const others = await createPeopleInDatabase(database, log);
    expect(await others.find(subject)).toEqual(user);
    expect(await others.ready()).toBe(true);
  });

  test('a subject that no provider has is not asked for', async () => {
    const people = await createPeopleInDatabase(database, log);
    for (const other of ['foo@bar.com', `${subject}'`, '\0']) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await people.find(other)).toBeUndefined();
    }
  });
});

test('a database that is away is told from a person that is not there', async () => {
  const [home] = testDatabases();
  const database = await open(await home!.fresh());
  const people = await createPeopleInDatabase(database, log);
  await database.close();
  await expect(people.find(subject)).rejects.toMatchObject({ kind: 'down' });
  await expect(people.keep({ subject })).rejects.toMatchObject({ kind: 'down' });
  await home!.close();
});
