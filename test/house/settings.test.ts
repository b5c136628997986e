/** What our documents say of the settings is what the code reads. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SettingsError } from '@portico/settings';
import { loadConfig, settingsFor } from '../../src/config.ts';
import { backendNames } from '../../src/identity/index.ts';
import { removeUsersFile, writeUsersFile } from '../support/people.ts';

/** Of the app and of every backend. */
const settingNames = Object.keys(
  Object.assign({}, ...backendNames.map((name) => settingsFor({ IDENTITY: name }))),
);
let needed: Record<string, string>;

beforeAll(async () => {
  needed = {
    BASE_URL: 'http://localhost:3000',
    HYDRA_ADMIN_URL: 'http://hydra:4445',
    COOKIE_SECRET: 'x'.repeat(32),
    USERS_FILE: await writeUsersFile(),
  };
});
afterAll(() => removeUsersFile(needed['USERS_FILE']!));

const load = (env: Record<string, string> = {}) => loadConfig({ ...needed, ...env });

function isFaulty(env: Record<string, string>): boolean {
  try {
    load(env);
    return false;
  } catch (error) {
    if (error instanceof SettingsError) return true;
    throw error;
  }
}

describe('.env.example', () => {
  const example = readFileSync('.env.example', 'utf8');
  const rows = [...example.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(
    ([, name = '', value = '']): [name: string, value: string] => [name, value],
  );

  test('has every setting, in the order of the code', () => {
    expect(rows.map(([name]) => name)).toEqual(settingNames);
  });

  test('says the defaults: with it nothing is other than without', async () => {
    const given = rows.filter(([name]) => !Object.hasOwn(needed, name));
    const { fingerprint, ...values } = load(Object.fromEntries(given));
    const { fingerprint: usualFingerprint, ...usual } = load();
    expect(values).toEqual(usual);
    expect(await fingerprint()).toEqual(await usualFingerprint());
    const said = rows.filter(([, value]) => value !== '').map(([name]) => name);
    const optional = settingNames.filter((name) => !isFaulty({ [name]: '' }));
    expect(optional).toEqual(expect.arrayContaining(said));
  });

  test('holds no secret and nothing that is required', () => {
    for (const name of Object.keys(needed)) expect(rows).toContainEqual([name, '']);
  });
});

test('the README names every setting', () => {
  const readme = readFileSync('README.md', 'utf8');
  const table = readme.slice(readme.indexOf('## Settings'));
  for (const name of settingNames) expect(table).toContain(`\`${name}\``);
  expect(table).toContain('`ORY_API_KEY`');
});
