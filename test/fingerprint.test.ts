import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { loadConfig, settingsFor } from '../src/config.ts';
import { fingerprintOf } from '../src/fingerprint.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

const env = {
  BASE_URL: 'https://login.example.org',
  COOKIE_SECRET: 'the-first-secret-of-this-instance-0123456789',
  DATABASE_URL: 'postgres://portico:sesame@db.example.org/portico',
  LDAP_BIND_PASSWORD: 'sesame',
};
const older = 'another-secret-that-came-before-0123456789';
const of = (changes: Record<string, string> = {}) =>
  fingerprintOf(settingsFor({ IDENTITY: 'ldap', ...env, ...changes }), {
    IDENTITY: 'ldap',
    ...env,
    ...changes,
  });
const inCommon = (one: string[] = [], other: string[] = []) =>
  one.filter((mark) => other.includes(mark)).length;

test('two instances with the same settings have the same marks', async () => {
  expect(await of({ BASE_URL: ` ${env.BASE_URL} `, KEEP_ALIVE_SECONDS: '75' })).toEqual(await of());
});

test('one other setting is one other mark, and what may differ has none', async () => {
  const usual = await of();
  const { settings, secrets } = await of({ BRAND_NAME: 'Meadow', PORT: '4000', HOST: '10.0.0.1' });
  const differing = Object.keys(settings).filter((name) => settings[name] !== usual.settings[name]);
  expect(differing).toEqual(['BRAND_NAME']);
  expect(secrets).toEqual(usual.secrets);
});

test('secrets are compared while the cookie secret is being replaced', async () => {
  const usual = await of();
  for (const COOKIE_SECRET of [`${env.COOKIE_SECRET},${older}`, `${older},${env.COOKIE_SECRET}`]) {
    // oxlint-disable-next-line no-await-in-loop
    const rotating = await of({ COOKIE_SECRET });
    expect(inCommon(rotating.secrets['COOKIE_SECRET'], usual.secrets['COOKIE_SECRET'])).toBe(1);
    expect(inCommon(rotating.secrets['DATABASE_URL'], usual.secrets['DATABASE_URL'])).toBe(1);
    expect(rotating.settings).toEqual(usual.settings);
  }
  const other = await of({ DATABASE_URL: 'postgres://portico:other@db.example.org/portico' });
  expect(inCommon(other.secrets['DATABASE_URL'], usual.secrets['DATABASE_URL'])).toBe(0);
});

test('with another cookie secret nothing can be said of any secret', async () => {
  const [usual, other] = await Promise.all([of(), of({ COOKIE_SECRET: older })]);
  for (const name of Object.keys(usual.secrets)) {
    expect(inCommon(usual.secrets[name], other.secrets[name])).toBe(0);
  }
});

test('no mark is a hash that a guess at the secret makes, nor are two secrets known to be equal', async () => {
  const { settings, secrets } = await of({ HYDRA_ADMIN_TOKEN: 'sesame' });
  expect(Object.keys(settings)).not.toContain('LDAP_BIND_PASSWORD');
  expect(inCommon(secrets['LDAP_BIND_PASSWORD'], secrets['HYDRA_ADMIN_TOKEN'])).toBe(0);
  expect(JSON.stringify([settings, secrets])).not.toMatch(/sesame|example|the-first/);
});

test('the marks are those of the secrets in force, also when a file was changed since the start', async () => {
  const folder = temporaryFolder({ secret: env.COOKIE_SECRET, 'people.json': '[]' });
  const file = join(folder, 'secret');
  const { fingerprint } = loadConfig({
    BASE_URL: 'http://localhost:3000',
    HYDRA_ADMIN_URL: 'http://localhost:4445',
    COOKIE_SECRET_FILE: file,
    USERS_FILE: join(folder, 'people.json'),
  });
  writeFileSync(file, older);
  const marks = async (COOKIE_SECRET: string) =>
    (await of({ COOKIE_SECRET })).secrets['COOKIE_SECRET'];
  const { secrets } = await fingerprint();
  expect(secrets['COOKIE_SECRET']).toEqual(await marks(env.COOKIE_SECRET));
});
