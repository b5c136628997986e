import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

/** By libxcrypt, Django, Spring Security and ASP.NET Core Identity. */
const hashes = [
  ['lètmein', '$2y$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG'],
  [
    'lètmein',
    'pbkdf2_sha256$260000$t0Jc2rmArSat83amzYTHih$NtN4nfnPDVDT3cuO75dlHjS8TLElpmHgDXWF8TIZhC0=',
  ],
  ['password', '{bcrypt}$2a$10$dXJ3SW6G7P50lGmMkkmwe.20cQQubK3.HZWzG3YB1tlRy.fqvM/BG'],
  [
    'my password',
    'AQAAAAEAACcQAAAAEAABAgMEBQYHCAkKCwwNDg+yWU7rLgUwPZb1Itsmra7cbxw2EFpwpVFIEtP+JIuUEw==',
  ],
] as const;
const emailOf = (password: string, hash: string) => `p${hash.length}${password.length}@example.org`;

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  const people = hashes.map(([password, password_hash]) => ({
    subject: password_hash.slice(0, 20),
    email: emailOf(password, password_hash),
    password_hash,
  }));
  app = await startApp(stub, { LOG_LEVEL: 'info' }, { people });
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

test.each(hashes)('people sign in by %s and a hash of others: %s', async (password, hash) => {
  const browser = app.browser();
  const challenge = stub.login(newChallenge('login'));
  const page = await browser.get(addressOf('/login', 'login_challenge', challenge));
  const email = emailOf(password, hash);
  const refused = await browser.submit(page, { fill: { email, password: `${password}\0` } });
  expect(refused.text).toContain(words('login.wrong.title'));
  const done = await browser.submit(refused, { fill: { email, password } });
  expect(done.leadsTo).toContain('login_verifier=');
  expect(stub.sent('login.accept').at(-1)?.body).toMatchObject({ subject: hash.slice(0, 20) });
  expect(JSON.stringify([app.logs, app.audits])).not.toContain(hash);
});
