import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { databaseAddress, databaseDoubt, isAway, openDatabase } from '../src/index.ts';

const secret = 'postgres://portico:hunter2@db.example.com/portico?sslmode=verify-full';

test.each([
  [secret, 'postgres'],
  ['postgresql://localhost', 'postgres'],
  ['postgres://user@/portico?host=/run/postgresql', 'postgres'],
  ['postgres://%2Frun%2Fpostgresql/portico', 'postgres'],
  ['postgres://[::1]:5433/portico', 'postgres'],
  ['pglite:./data', 'pglite'],
  ['pglite:/var/lib/portico', 'pglite'],
])('%s is an address', (text, kind) => {
  const address = databaseAddress(text)!;
  expect(address).toMatchObject({ kind });
  expect(address.folder?.startsWith('/') ?? false).toBe(kind === 'pglite');
  expect(address.secretText()).toBe(text);
});

test.each([
  '',
  'postgres',
  'postgres://',
  'mysql://localhost/portico',
  'postgres://a,b/portico',
  'postgres://host:port/portico',
  'postgres://host/portico name',
  'pglite:',
  'pglite://data',
  'file:./data',
])('%j is none', (text) => {
  expect(databaseAddress(text)).toBeUndefined();
});

test('an address never shows its password', () => {
  const address = databaseAddress(secret)!;
  for (const shown of [JSON.stringify({ address }), inspect({ address })]) {
    expect(shown).not.toContain('hunter2');
  }
});

test.each([
  [secret, undefined],
  ['postgres://db.example.com/portico', 'has no sslmode=verify-full'],
  ['postgres://db.example.com/portico?sslmode=require', 'is taken for verify-full'],
  ['postgres://db.example.com/portico?sslmode=no-verify', 'can pose as the database'],
  ['postgres://db.example.com/portico?sslmode=disable', 'has no sslmode=verify-full'],
  ['postgres://database/portico', undefined],
  ['postgres://10.1.2.3/portico', undefined],
  ['postgres://db.default.svc/portico', undefined],
  ['postgres://203.0.113.7/portico', 'has no sslmode=verify-full'],
  ['postgres://[2001:db8::7]/portico', 'has no sslmode=verify-full'],
  ['postgres://user@/portico?host=/run/postgresql', undefined],
  ['postgres://localhost/portico?host=db.example.com', 'has no sslmode=verify-full'],
  ['postgres://db.example.com/portico?ssl=0', 'has no sslmode=verify-full'],
  ['postgres://db.example.com/portico?uselibpqcompat=true', 'has no sslmode=verify-full'],
  [
    'postgres://db.example.com/portico?uselibpqcompat=true&sslmode=require',
    'can pose as the database',
  ],
  [
    'postgres://db.example.com/portico?uselibpqcompat=true&sslmode=verify-ca&sslrootcert=/ca.pem',
    undefined,
  ],
  ['pglite:./data', undefined],
])('the doubt about %s is %j', (text, expected) => {
  const doubt = databaseDoubt(text);
  if (expected === undefined) expect(doubt).toBeUndefined();
  else expect(doubt).toContain(expected);
});

test('a certificate that cannot be read is told at once', async () => {
  const address = databaseAddress(
    'postgres://localhost/x?sslmode=verify-full&sslrootcert=/no/ca.pem',
  );
  const log = { info() {}, warn() {} };
  const failed = await openDatabase(address!, { log }).catch((error: unknown) => error);
  expect(failed).toMatchObject({ message: 'the address of the database: cannot read /no/ca.pem' });
  expect(isAway(failed)).toBe(false);
});

test.each([
  ['08006', true],
  ['25006', true],
  ['28P01', true],
  ['3D000', true],
  ['40001', true],
  ['53300', true],
  ['57014', true],
  ['57P03', true],
  ['ECONNREFUSED', true],
  ['22P02', false],
  ['23505', false],
  ['42P01', false],
  ['42501', false],
  ['XX000', false],
  ['ERR_ASSERTION', false],
])('an error with the code %s says that the database is away: %j', (code, expected) => {
  expect(isAway(Object.assign(new Error('x'), { code }))).toBe(expected);
});
