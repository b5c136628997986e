/** How a process stops, whichever way it was started. */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { cookieSecret } from '../support/app.ts';
import { freePort } from '../support/free-port.ts';
import { startInstance, type Instance } from '../support/instance.ts';
import { removeUsersFile, writeUsersFile } from '../support/people.ts';
import { until } from '../support/until.ts';

// A busy machine takes its time to start a process.
jest.setTimeout(120_000);

let usersFile: string;
beforeAll(async () => {
  usersFile = await writeUsersFile();
});
afterAll(() => removeUsersFile(usersFile));

describe.each([
  ['main.ts', ['src/main.ts']],
  ['portico start', ['src/cli/portico.ts', 'start']],
])('%s', (_name, command) => {
  let instance: Instance;
  let url: string;

  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const env = {
      PORT: `${port}`,
      BASE_URL: url,
      HYDRA_ADMIN_URL: 'http://127.0.0.1:9',
      COOKIE_SECRET: cookieSecret,
      USERS_FILE: usersFile,
      DRAIN_SECONDS: '300',
    };
    instance = await startInstance(env, command);
  });
  afterAll(() => instance.signal('SIGKILL'));

  test('serves on after a signal, and says that it is not ready', async () => {
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    // As npm does with a Ctrl-C, which the terminal has sent to everybody.
    instance.signal('SIGINT');
    instance.signal('SIGTERM');
    await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
    const page = await fetch(`${url}/`);
    expect([page.status, page.headers.get('connection')]).toEqual([200, 'close']);
    expect((await fetch(`${url}/health/alive`)).status).toBe(200);
  });

  test('ends in order when a second one comes', async () => {
    await pause(1_100); // within a second it counts as the first one
    while (instance.isRunning()) {
      instance.signal('SIGTERM');
      // oxlint-disable-next-line no-await-in-loop -- a third one would cut what is left
      await Promise.race([instance.ended, pause(10_000)]);
    }
    expect(await instance.ended).toBe(0);
    expect(instance.out()).toMatch(/"stopping"[^]*"stopped"/);
  });
});
