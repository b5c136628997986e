import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { utimes } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { demoAccounts } from '../../dev/demo-users.ts';
import { expect, test } from './support/test.ts';
import { allow, signIn, typeLogin } from './support/steps.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patience = { timeout: 20_000 };

/** `npm run dev` without npm: what it printed can be read at any time. */
function startDevelopment(settings: Record<string, string> = {}) {
  const args = ['--import', 'tsx', 'dev/main.ts'];
  const run = spawn(process.execPath, args, {
    cwd: root,
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [run.stdout, run.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  return { run, end: once(run, 'exit'), printed: () => output };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

/** What the addresses that a browser went through had in their queries: nobody else may read that. */
function secretsIn(page: Page): string[] {
  const secrets: string[] = [];
  page.on('request', (request) => {
    const { searchParams } = new URL(request.url());
    for (const [name, value] of searchParams) {
      if (/_challenge|_verifier|^(code|state|nonce|id_token_hint)$/.test(name)) secrets.push(value);
    }
  });
  return secrets;
}

// Two runs at once would each look for free ports and might find the same.
test.describe.configure({ mode: 'default' });

test('the development run tells each step, keeps a sign-in over a restart, and ends whole', async ({
  page,
}) => {
  test.slow();
  const { run, end, printed } = startDevelopment();
  try {
    await expect.poll(printed, patience).toContain('Ctrl-C');
    for (const { email, password } of demoAccounts) {
      expect(printed()).toContain(email);
      expect(printed()).toContain(password);
    }
    const banner = printed()
      .split('\n')
      .filter((line) => !line.includes('is taken'));
    expect(banner.join('\n').match(/https?:\S+/g)).toHaveLength(1);
    const secrets = secretsIn(page);
    await page.goto(/Open +(\S+)/.exec(printed())?.[1] ?? '');
    await page.getByRole('link', { name: 'Sign in', exact: true }).click();
    await signIn(page, { password: 'a-wrong-one' });
    await expect(page.getByRole('alert')).toBeVisible();
    await typeLogin(page);
    const now = new Date();
    await utimes(`${root}/views/locales/en.json`, now, now);
    await expect.poll(printed, patience).toContain('Portico is back');
    const porticoUrl = new URL(page.url()).origin;
    await page.locator('#accept').click();
    await allow(page);
    await expect(page.getByRole('heading', { name: 'Hello, Ada' })).toBeVisible();
    await expect.poll(printed, patience).toMatch(/Meadow Notes +\/callback → got a code/);
    const told = printed().match(/(?<=^\S+ +)(Portico|Meadow Notes) .*/gm);
    const inOrder = [
      /^Meadow Notes +\/sign-in\/plain → .* openid profile email$/,
      /^Portico +GET \/login → .*the login request → shows the sign-in page$/,
      /^Portico +POST \/login → wrong address or password → shows the sign-in page again \(400\)$/,
      /^Portico +POST \/login → .*Ada Lovelace signed in → accepted the login request → back to the server$/,
      /^Portico +GET \/consent → .*the consent request → .*shows the consent page$/,
      /^Portico +POST \/consent → .*Ada Lovelace allowed openid profile email → accepted the consent request → back to the server$/,
      /^Meadow Notes +\/callback → got a code and changed it into an ID token and an access token$/,
    ];
    expect(told).toEqual(inOrder.map((pattern) => expect.stringMatching(pattern)));
    expect(secrets.length).toBeGreaterThan(5);
    const all = [...secrets, 'a-wrong-one'];
    expect(all.filter((secret) => printed().includes(secret))).toEqual([]);
    run.kill('SIGINT');
    expect(await end).toEqual([0, null]);
    expect(await answers(porticoUrl)).toBe(false);
    expect(await answers(page.url())).toBe(false);
  } finally {
    run.kill('SIGKILL');
  }
});

test('the development run uses the chosen port, writes the raw log, and ends whole on SIGTERM', async () => {
  test.slow();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  const settings = { DEV_SAMPLE_PORT: String(port), LOG_LEVEL: 'info' };
  const { run, end, printed } = startDevelopment(settings);
  try {
    await expect.poll(printed, patience).toContain('Ctrl-C');
    expect(printed()).toMatch(new RegExp(`Open +http://localhost:${port}$`, 'm'));
    expect(printed()).toMatch(/^\{"level":30.*"msg":"listening"\}$/m);
    run.kill('SIGTERM');
    expect(await end).toEqual([0, null]);
    expect(await answers(`http://localhost:${port}`)).toBe(false);
  } finally {
    run.kill('SIGKILL');
  }
});

test('the development run says which port is none, and ends', async () => {
  const { end, printed } = startDevelopment({ DEV_ADMIN_PORT: '99999' });
  expect(await end).toEqual([1, null]);
  expect(printed()).toContain('DEV_ADMIN_PORT is "99999". It must be a port number, 1 to 65535.');
});
