import { expect, test } from '@jest/globals';
import { staysOutside } from '../../dev/bundled.ts';

const ours = '/app/src/web/server.ts';
const library = '/app/node_modules/express/lib/express.js';

test.each([
  ['a library that a fork adds', 'some-library', ours],
  ['a part of one', '@some/library/part', ours],
  ['a name that begins like that of a bundled one', 'express-rate-limit', ours],
  ['native code', '@node-rs/argon2', '/app/packages/password-hashes/src/argon2.ts'],
  ['what a user store alone needs', 'ldapts', '/app/src/identity/ldap-client.ts'],
  ['a table that a bundled library rarely reads', 'mime-db', library],
])('dist leaves outside: %s', (_what, name, importer) => {
  expect(staysOutside(name, importer)).toBe(true);
});

test.each([
  ['a package of ours', '@portico/settings', ours],
  ['what every start needs', 'express', ours],
  ['a part of it', 'culori/fn', '/app/packages/palette/src/colour.ts'],
  ['what that needs itself', 'router', library],
])('dist holds: %s', (_what, name, importer) => {
  expect(staysOutside(name, importer)).toBe(false);
});
