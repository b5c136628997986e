/** The role for the pods in docs/kubernetes.md can do without the right to change tables. */
import { readFileSync } from 'node:fs';
import { testDatabases, whyNoPostgres } from '@portico/database/testing';
import { Client } from 'pg';
import { expect, test } from '@jest/globals';
import { startAdminStub } from '../support/admin-stub.ts';
import { startApp } from '../support/app.ts';
import { journey } from '../support/journeys.ts';
import { notRun } from '../support/not-run.ts';
import { runPortico } from '../support/portico.ts';

const why = whyNoPostgres();
if (why) notRun('The roles of docs/kubernetes.md', why);
const [home] = testDatabases().filter(({ name }) => name === 'PostgreSQL');

const [, statements = ''] = /^```sql\n([^]*?)^```/m.exec(
  readFileSync('docs/kubernetes.md', 'utf8'),
)!;

test('the page says what the role may do, and not that it may change tables', () => {
  expect(statements.match(/^(GRANT|ALTER DEFAULT PRIVILEGES)/gm)).toHaveLength(3);
  expect(statements).not.toMatch(/\b(ALL|CREATE)\b/);
});

if (home) {
  test('it signs people in with tables that another role has made', async () => {
    const url = await home.fresh();
    const [, schema = ''] = /search_path%3D(\w+)/.exec(url)!;
    const role = `${schema}_pages`;
    const client = new Client(url);
    await client.connect();
    const stub = await startAdminStub();
    try {
      const { rows } = await client.query<{ owner: string }>('select current_user as owner');
      const own = statements
        .replaceAll('portico_owner', rows[0]!.owner)
        .replaceAll(/\bportico\b/g, role)
        .replaceAll('public', schema);
      await client.query(`create role ${role} login password 'pages'; ${own}`);
      const owner = await runPortico(['migrate'], {
        env: { DATABASE_URL: url, STATE: 'database' },
      });
      expect([owner.code, owner.stderr]).toEqual([0, '']);

      const address = new URL(url);
      [address.username, address.password] = [role, 'pages'];
      const app = await startApp(stub, { DATABASE_URL: address.href, TRUST_PROXY: 'loopback' });
      expect(await journey(stub, app.url)).toBeUndefined();
      await app.close();
      await expect(
        new Promise((resolve, reject) => {
          const pages = new Client(address.href);
          pages
            .connect()
            .then(() => pages.query('create table more ()'))
            .then(resolve, reject)
            .finally(() => void pages.end());
        }),
      ).rejects.toThrow('permission denied');
    } finally {
      await client.query(`drop owned by ${role}; drop role ${role}`);
      await client.end();
      await stub.close();
      await home.close();
    }
  }, 60_000);
}
