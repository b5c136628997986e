/**
 * Makes the secrets of deploy/compose.yaml at its first start, and leaves those alone that are there:
 * `node --import tsx dev/compose-secrets.ts FOLDER`. Each service gets a folder that only its user can read.
 */
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { demoPeople } from './demo-users.ts';

const [folder = '/secrets'] = process.argv.slice(2);
/** Only root can give files away. Anybody else keeps them, such as a test. */
const isRoot = process.getuid?.() === 0;

const passwords = { postgres: secret(), hydra: secret(), portico: secret() };
const roles = ['hydra', 'portico'] as const;
const address = (role: (typeof roles)[number]) =>
  `postgres://${role}:${passwords[role]}@postgres:5432/${role}`;

// All or nothing: passwords that do not fit the database would be of no use.
if (existsSync(join(folder, 'portico', 'cookie'))) {
  console.log('The secrets are there.');
} else {
  writeFor('postgres', 999, {
    password: passwords.postgres,
    // Run by the image of PostgreSQL when it makes its data.
    'roles.sql': roles
      .map(
        (role) => `CREATE ROLE ${role} LOGIN PASSWORD '${passwords[role]}';
CREATE DATABASE ${role} OWNER ${role};
`,
      )
      .join(''),
  });
  writeFor('hydra', 65_532, {
    'hydra.json': JSON.stringify({
      dsn: `${address('hydra')}?sslmode=disable`,
      secrets: { system: [secret()], cookie: [secret()] },
    }),
  });
  writeFor('portico', 10_001, {
    'people.json': JSON.stringify(await demoPeople()),
    database: address('portico'),
    cookie: secret(), // the last: it says that all are there
  });
  console.log('The secrets are made.');
}

function secret(): string {
  return randomBytes(32).toString('base64url');
}

function writeFor(service: string, user: number, files: Record<string, string>): void {
  const place = join(folder, service);
  mkdirSync(place, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const file = join(place, name);
    rmSync(file, { force: true }); // of a start that was cut short
    writeFileSync(file, text, { mode: 0o400 });
    if (isRoot) chownSync(file, user, user);
  }
}
