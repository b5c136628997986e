import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { utimes } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from './support/test.ts';
import { allow, typeLogin } from './support/steps.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const patience = { timeout: 20_000 };

/** `npm run dev` without npm: what it printed can be read at any time. */
function startDevelopment(): { run: ChildProcess; printed: () => string } {
  const args = ['--import', 'tsx', 'dev/main.ts'];
  const run = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [run.stdout, run.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  return { run, printed: () => output };
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

// Two runs at once would each look for free ports and might find the same.
test.describe.configure({ mode: 'default' });

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`the development run keeps a sign-in over a restart and ends whole on ${signal}`, async ({
    page,
  }) => {
    test.slow();
    const { run, printed } = startDevelopment();
    const end = once(run, 'exit');
    try {
      await expect.poll(printed, patience).toContain('Ctrl-C');
      await page.goto(/Open +(\S+)/.exec(printed())?.[1] ?? '');
      await page.getByRole('link', { name: 'Sign in', exact: true }).click();
      await typeLogin(page);
      const now = new Date();
      await utimes(`${root}/views/locales/en.json`, now, now);
      await expect.poll(printed, patience).toContain('Portico is back');
      const porticoUrl = new URL(page.url()).origin;
      await page.locator('#accept').click();
      await allow(page);
      await expect(page.getByRole('heading', { name: 'Hello, Ada' })).toBeVisible();
      run.kill(signal);
      expect(await end).toEqual([0, null]);
      expect(await answers(porticoUrl)).toBe(false);
      expect(await answers(page.url())).toBe(false);
    } finally {
      run.kill('SIGKILL');
    }
  });
}
