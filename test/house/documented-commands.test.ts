/** The commands in docs/tools.md are run, in their order, and answer as it says there. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startStandIn, type StandIn } from '@portico/hydra-stand-in';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { allowApp } from '../../packages/hydra-tools/test/allow-app.ts';
import { ada, dora, foo } from '../support/people.ts';
import { runPortico } from '../support/portico.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

jest.setTimeout(120_000);

interface Documented {
  /** As it stands there, without `$` and line breaks. */
  command: string;
  /** What follows it, up to the next command. */
  says: string[];
}

/** They need a whole app: `limits.test.ts` and the tests of the doctor run them. */
const elsewhere = /^portico (doctor|limits)\b/;

const documented = [...readFileSync('docs/tools.md', 'utf8').matchAll(/^```console\n([^]*?)^```/gm)]
  .flatMap(([, block = '']) => commandsIn(block))
  .filter(({ command }) => !elsewhere.test(command));

function commandsIn(block: string): Documented[] {
  const [, ...commands] = block.replaceAll(' \\\n', ' ').split(/^\$ /m);
  return commands.map((text) => {
    const [command = '', ...says] = text.trimEnd().split('\n');
    return { command: command.replaceAll(/ +/g, ' '), says };
  });
}

const folder = temporaryFolder({});
const redirectUri = 'https://notes.example/callback';
let server: StandIn;
/** Of 1.x, for what later versions cannot do. */
let older: StandIn;
let token: string;

beforeAll(async () => {
  const ports = { publicPort: 0, adminPort: 0, appUrl: 'http://localhost:3000' };
  server = await startStandIn(ports);
  older = await startStandIn({ ...ports, profile: '1.11' });
  const people = [ada, dora, foo];
  writeFileSync(join(folder, 'users.json'), JSON.stringify(people), { mode: 0o600 });
  const rows = ['p1,p1@example.org', 'p2,nobody', 'p3,"p3"@example.org', 'p4,p4@example.org'];
  writeFileSync(join(folder, 'people.csv'), ['subject,email', ...rows].join('\n'));
});
afterAll(() => Promise.all([server.close(), older.close()]));

/** What there is before the first command that begins so. */
const before: [command: string, prepare: () => Promise<unknown>][] = [
  ['portico clients list', startAnew],
  ['portico sessions list', allowTwoApps],
  ['portico tokens introspect', allowTwoApps],
];

/** One app is all that is there. */
async function startAnew(): Promise<void> {
  const { stdout } = await portico(['clients', 'list', '--json']);
  for (const { client_id: id } of JSON.parse(stdout) as { client_id: string }[]) {
    await portico(['clients', 'delete', id, '--yes']);
  }
  await register('meadow-notes', 'Meadow Notes', 'openid offline_access email');
}

async function allowTwoApps(): Promise<void> {
  for (const [id, name, scope] of [
    ['photo-shelf', 'Photo Shelf', 'openid offline_access profile'],
    ['field-notes', 'Field Notes', 'openid email'],
  ] as const) {
    await portico(['clients', 'delete', id, '--yes']);
    const secret = await register(id, name, scope);
    token = await allowApp(server, {
      app: { id, secret, redirectUri },
      subject: '248289761001',
      scope,
      rememberForSeconds: 30 * 86_400,
    });
  }
}

async function register(id: string, name: string, scope: string): Promise<string> {
  const client = await server.registerClient({
    client_id: id,
    client_name: name,
    scope,
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [redirectUri],
    metadata: { checked: true },
  });
  return client.client_secret!;
}

async function portico(args: string[], options: Parameters<typeof runPortico>[1] = {}) {
  // Later versions have no "flush" by time.
  const { adminUrl } = args.includes('--older-than') ? older : server;
  const env = { HYDRA_ADMIN_URL: adminUrl, DATABASE_URL: `pglite:${folder}/data` };
  return runPortico(args, { ...options, env: { ...env, COOKIE_SECRET: 'x'.repeat(32) } });
}

/** A file that the page names is in a folder of the test, `< file` is the standard input. */
async function carryOut({ command, says }: Documented): Promise<string> {
  const [, line = '', file] = /^portico (.+?)(?: < (\S+))?$/.exec(command)!;
  const words = [...line.matchAll(/(?:[^\s"]|"[^"]*")+/g)].map(([word]) =>
    word.replaceAll('"', '').replace(/^[a-z]+\.(csv|jsonl?)$/, (name) => join(folder, name)),
  );
  const typed = says.flatMap((said) => {
    if (/(Password|Repeat it): *$/.test(said)) return 'a long password\r';
    return /\[y\/N\] (\w)$/.exec(said)?.[1]?.concat('\r') ?? [];
  });
  const due = before.findIndex(([start]) => command.startsWith(start));
  if (due >= 0) await before.splice(due, 1)[0]![1]();
  const answer = await portico(words, {
    ...(typed.length > 0 && { answers: typed }),
    input: file ? `${token}\n` : '',
  });
  return `${answer.stdout}\n${answer.stderr}`;
}

/** Without what differs from run to run, each line once, in one order. */
function comparable(text: string): string[] {
  const lines = text
    .replaceAll(`${folder}/`, '')
    // oxlint-disable-next-line no-control-regex
    .replaceAll(/\x1b\[\d*[A-Z]/g, '')
    .replaceAll(/\[y\/N\] ?y?/g, '[y/N]\n')
    .replaceAll(/(Password|Repeat it): /g, '$1:\n')
    .replaceAll(/[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g, 'ID')
    .replaceAll(/(?<=oauth2\/register)\/ID/g, '')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replaceAll(/\$argon2id\$\S+|(?<=client_secret +)\S{20,}/g, 'SECRET')
    .replaceAll(/^[\w-]{22}$|^(?:\w{5}-){3}\w{5}$/gm, 'SECRET')
    .replaceAll(/http:\/\/(?:localhost|127\.0\.0\.1):\d+/g, 'HOST')
    .replaceAll('HOST/\n', 'HOST\n')
    .replaceAll(/\d+/g, '0')
    .split('\n')
    .map((line) => line.replaceAll(/ +/g, ' ').trim());
  return lines.filter((line) => line !== '').toSorted();
}

test.each(documented.map((one) => [one.command, one] as const))('%s', async (_, one) => {
  if (one.command.includes('…')) return expect(one.says).toHaveLength(1);
  const said = comparable(await carryOut(one));
  const documents = comparable(one.says.join('\n'));
  // The page leaves out lines where it has a line of dots.
  const whole = documents.filter((line) => line !== '…');
  expect(said).toEqual(whole.length < documents.length ? expect.arrayContaining(whole) : whole);
});
