/** The one program: its commands, its help, and the program itself. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { exitCodes, topicsOf } from '@portico/command-line';
import { startStandIn, type StandIn } from '@portico/hydra-stand-in';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { portico } from '../../src/cli/program.ts';
import { foo } from '../support/people.ts';
import { runPortico } from '../support/portico.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const entry = resolve('src/cli/portico.ts');
const tsx = import.meta.resolve('tsx');
const topics = topicsOf(portico).map((topic) => [topic.name, topic] as const);

let server: StandIn;
beforeAll(async () => {
  server = await startStandIn({ publicPort: 0, adminPort: 0, appUrl: 'http://localhost:3000' });
});
afterAll(async () => {
  await server.close();
});

/** The environment of a program that gets its settings from `.env`. */
const bareEnv = { PATH: process.env['PATH'], HOME: process.env['HOME'] };

describe('portico', () => {
  test.each([[[]], [['--help']], [['-h']], [['frob', '--help']]])(
    'lists its commands in groups: %j',
    async (args) => {
      const { code, stdout, stderr } = await runPortico(args);
      expect([code, stderr]).toEqual([0, '']);
      for (const { title } of portico.sections) expect(stdout).toContain(`\n${title}\n`);
      for (const [name, { actions = [] }] of topics) {
        expect(stdout).toContain(`\n  ${name} `);
        expect(stdout).toContain(actions.join(', '));
      }
      expect(stdout).not.toContain('npm');
    },
  );

  test.each([
    [['--json'], 'Name the command first: start, '],
    [['frob'], 'There is no command "frob", only start, '],
  ])('says which commands there are: %j', async (args, sentence) => {
    const { code, stdout, stderr } = await runPortico(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  const documented = readFileSync('docs/tools.md', 'utf8');

  test.each(topics)('names the commands of %s as they are', async (name, topic) => {
    const commands = await topic.load();
    const names = topic.actions?.map((action) => `${name} ${action}`) ?? [name];
    expect(commands.map((command) => command.name)).toEqual(names);
    for (const command of commands) {
      const { code, stdout } = await runPortico([...command.name.split(' '), '--help']);
      expect(code).toBe(0);
      expect(stdout).toContain(`\n  portico ${command.name}`);
      expect(stdout).not.toContain('npm run');
      expect(documented.includes(`portico ${command.name}`)).toBe(true);
    }
  });

  test('has exit codes that are documented', () => {
    for (const code of Object.values(exitCodes)) {
      expect(documented.includes(`\n| ${code} |`)).toBe(true);
    }
  });
});

describe('the program', () => {
  test('reads .env, and ends quietly if its output is closed', async () => {
    const folder = temporaryFolder({ '.env': `HYDRA_ADMIN_URL=${server.adminUrl}\n` });
    const line = `"${process.execPath}" --import "${tsx}" "${entry}" clients list --json | head -c 1; exit \${PIPESTATUS[0]}`;
    const outcome = await new Promise((done) => {
      execFile('bash', ['-c', line], { cwd: folder, env: bareEnv }, (error, stdout, stderr) => {
        done([error?.code ?? 0, stdout + stderr]);
      });
    });
    expect(outcome).toEqual([0, '[']);
  }, 30_000);

  test('starts Portico in this process, and stops at a signal', async () => {
    const folder = temporaryFolder({ 'users.json': JSON.stringify([foo]) });
    const env = {
      ...bareEnv,
      PORT: '0',
      BASE_URL: 'http://localhost:3000',
      HYDRA_ADMIN_URL: server.adminUrl,
      COOKIE_SECRET: 'k'.repeat(40),
      USERS_FILE: join(folder, 'users.json'),
    };
    const args = ['--import', tsx, entry, 'start'];
    const app = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const lines: string[] = [];
    for await (const line of createInterface(app.stdout)) {
      lines.push(line);
      if (line.includes('"listening"')) app.kill('SIGTERM');
    }
    if (app.exitCode === null) await once(app, 'exit');
    expect(app.exitCode).toBe(0);
    expect(lines.at(-1)).toContain('"stopped"');
  }, 30_000);
});
