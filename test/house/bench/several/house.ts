/** Instances of the built app behind one address, and the command line beside them. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startAdminStub, type AdminStub } from '../../../support/admin-stub.ts';
import { openBrowser, type Browser } from '../../../support/browser.ts';
import { startRoundRobin } from '../../../support/round-robin.ts';
import { addressOf, newChallenge } from '../../../support/screens.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { answers } from '../start-process.ts';

export type House = Awaited<ReturnType<typeof openHouse>>;

const patienceMs = 60_000;

/** @param env settings beside the needed ones */
export async function openHouse(env: Record<string, string>, count: number) {
  const stub: AdminStub = await startAdminStub();
  const proxy = await startRoundRobin();
  const ports = await freePorts(count);
  const running: (ChildProcess | undefined)[] = [];
  proxy.lead(ports);
  let addresses = 0;

  const { PATH = '', HOME = '' } = process.env;
  const settings = {
    PATH,
    HOME,
    HOST: '127.0.0.1',
    BASE_URL: proxy.url,
    HYDRA_ADMIN_URL: stub.url,
    HYDRA_PUBLIC_URL: stub.publicUrl,
    COOKIE_SECRET: 'a secret of the bench that guards nothing at all',
    TRUST_PROXY: 'loopback',
    CONTROL_SOCKET: 'off',
    LOG_LEVEL: 'error',
    ...env,
  };

  /** Starts an instance, and waits until it answers. */
  async function start(index: number): Promise<void> {
    const port = ports[index]!;
    const child = spawn(process.execPath, ['dist/main.js'], {
      env: { ...settings, PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    running[index] = child;
    const end = performance.now() + patienceMs;
    while (!(await answers(new URL(`http://127.0.0.1:${port}/health/ready`)))) {
      if (child.exitCode !== null || performance.now() > end) throw new Error('No instance.');
    }
  }

  /** As `kill -9` does, or in order. */
  async function end(index: number, signal: NodeJS.Signals): Promise<void> {
    const child = running[index];
    running[index] = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  return {
    stub,
    proxy,
    start,
    end,
    ports,
    newBrowser(): Browser {
      addresses += 1;
      const headers = { 'X-Forwarded-For': addressAt(addresses) };
      return openBrowser({ url: proxy.url, headers });
    },
    openLogin: (browser: Browser) =>
      browser.get(addressOf('/login', 'login_challenge', stub.login(newChallenge('login')))),
    /** A command of `portico`, under way. */
    command: (args: string[]): ChildProcess =>
      spawn(process.execPath, ['dist/cli/portico.js', ...args], {
        env: settings,
        stdio: ['pipe', 'pipe', 'ignore'],
      }),
    async close(): Promise<void> {
      await Promise.all(ports.map((_, index) => end(index, 'SIGTERM')));
      await proxy.close();
      await stub.close();
    },
  };
}

/** Addresses that nobody has (RFC 2544), each in a network of its own. */
export function addressAt(number: number): string {
  return `198.${18 + Math.floor(number / 65_536)}.${Math.floor(number / 256) % 256}.${number % 256}`;
}
