/** The recipes of docs/people.md, on tables as these programs make them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Database } from '@portico/database';
import { readSettings } from '@portico/settings';
import { sql } from 'kysely';
import { settingsOfBackends } from '../../src/identity/index.ts';
import { sqlBackend } from '../../src/identity/sql.ts';
import { databases, open, partsOfBackend } from '../support/databases.ts';
import { origin } from '../support/origin.ts';

interface Recipe {
  heading: string;
  schema: string;
  password: string;
  ada: object;
  logins: string[];
  disabled?: string;
  /** Who has no password that could be right. */
  without?: string;
}

const recipes: Recipe[] = [
  {
    heading: 'Django',
    schema: 'django.sql',
    password: 'lètmein',
    ada: {
      subject: '1',
      email: 'Ada@example.org',
      username: 'Ada',
      given_name: 'Ada',
      family_name: 'Lovelace',
    },
    logins: ['ada', ' ADA@example.org'],
    disabled: 'dora',
    without: 'nora',
  },
  {
    heading: 'Laravel',
    schema: 'laravel.sql',
    password: 'lètmein',
    ada: {
      subject: '1',
      email: 'Ada@example.org',
      name: 'Ada Lovelace',
      email_verified: true,
      updated_at: expect.any(Number),
    },
    logins: ['ada@example.org', 'ADA@EXAMPLE.ORG'],
  },
  {
    heading: 'Devise (Ruby on Rails)',
    schema: 'devise.sql',
    password: 'lètmein',
    ada: { subject: '1', email: 'ada@example.org', email_verified: true },
    logins: ['ada@example.org'],
    disabled: 'dora@example.org',
    without: 'nora@example.org',
  },
  {
    heading: 'ASP.NET Core Identity',
    schema: 'aspnet.sql',
    password: 'my password',
    ada: {
      subject: '2f4d4a3c-0000-4000-8000-000000000001',
      email: 'Ada@example.org',
      username: 'Ada',
      email_verified: true,
      phone_number_verified: false,
    },
    logins: ['ada', 'ada@example.org'],
    disabled: 'dora',
    without: 'nora',
  },
  {
    heading: 'Spring Security',
    schema: 'spring.sql',
    password: 'password',
    ada: { subject: 'Ada', username: 'Ada', claims: { groups: ['ROLE_ADMIN', 'ROLE_USER'] } },
    logins: ['ada', 'ADA'],
    disabled: 'dora',
    without: 'nora',
  },
];

const page = readFileSync('docs/people.md', 'utf8');

/** The settings as a shell reads them from the page. */
function settingsUnder(heading: string): Record<string, string> {
  const [, rest = ''] = page.split(`\n### ${heading}\n`);
  const [part = ''] = rest.split(/\n##/);
  const found = [...part.matchAll(/^(PEOPLE_BY_\w+)='([^']*)'/gm)];
  return Object.fromEntries(found.map(([, name, value]) => [name, value]));
}

test('all recipes of the page are tried', () => {
  const [, ownTables = ''] = page.split('\n## Your own tables\n');
  const [part = ''] = ownTables.split('\n## ');
  const headings = [...part.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading);
  expect(headings).toEqual(recipes.map(({ heading }) => heading));
});

describe.each(databases())('on $name', (home) => {
  test.each(recipes)(
    'the recipe for $heading finds people and checks their passwords',
    async (recipe) => {
      const database = await open(await home.fresh());
      await fillWith(database, recipe.schema);
      const { values } = readSettings(settingsOfBackends(['sql']), settingsUnder(recipe.heading));
      const { parts, lines } = partsOfBackend();
      const identity = await sqlBackend.create(values as never, { ...parts, database });

      for (const login of recipe.logins) {
        const verified = await identity.verify(login, recipe.password, origin);
        expect(verified).toEqual({
          user: { disabled: false, credential: expect.any(String), ...recipe.ada },
        });
        const { user } = verified as { user: { subject: string } };
        expect(await identity.find(user.subject)).toEqual(user);
        expect(await identity.verify(login, 'wrong', origin)).toEqual({ refused: 'wrong' });
      }
      for (const login of ['nobody', 'nobody@example.org', "x' OR '1'='1", '%']) {
        expect(await identity.verify(login, recipe.password, origin)).toEqual({ refused: 'wrong' });
      }
      for (const subject of ['nobody', '999999', '-1', '99999999999999999999']) {
        expect(await identity.find(subject)).toBeUndefined();
      }
      if (recipe.disabled !== undefined) {
        const verified = await identity.verify(recipe.disabled, recipe.password, origin);
        expect(verified).toEqual({ refused: 'disabled' });
      }
      if (recipe.without !== undefined) {
        for (const typed of ['', 'password', recipe.password]) {
          const verified = await identity.verify(recipe.without, typed, origin);
          expect(verified).toEqual({ refused: 'wrong' });
        }
      }
      expect(lines.filter(({ level }) => level === 'error')).toEqual([]);
      await identity.close();
    },
    60_000,
  );
});

async function fillWith(database: Database, schema: string): Promise<void> {
  const text = readFileSync(join('test/identity/schemas', schema), 'utf8');
  for (const statement of text.split(/;\s*\n/).filter((one) => one.trim())) {
    await sql.raw(statement).execute(database.kysely());
  }
}
