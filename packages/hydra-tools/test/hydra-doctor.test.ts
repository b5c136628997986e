import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import { checkCookies } from '../src/doctor/check-cookies.ts';
import { createReport, type Finding } from '../src/doctor/report.ts';
import { startStandIn, type StandInOptions } from '@portico/hydra-stand-in';
import { runTool } from './run-tool.ts';

const closing: (() => unknown)[] = [];
const appUrl = 'http://localhost:4846';

afterAll(async () => {
  await Promise.all(closing.map((close) => close()));
});

async function standIn(options: Partial<StandInOptions> = {}) {
  const running = await startStandIn({ publicPort: 0, adminPort: 0, appUrl, ...options });
  closing.push(() => running.close());
  return running;
}

type Settings = Record<string, string | undefined>;

function settingsFor({ adminUrl, publicUrl }: { adminUrl: string; publicUrl: string }): Settings {
  return { BASE_URL: appUrl, HYDRA_ADMIN_URL: adminUrl, HYDRA_PUBLIC_URL: publicUrl };
}

/** Runs the doctor with `--json`. */
async function examine(settings: Settings) {
  const { code, stdout, stderr } = await runTool(['doctor', '--json'], { env: settings });
  expect(stderr).toBe('');
  const { findings, ...counts } = JSON.parse(stdout) as { findings: Finding[] };
  const of = (level: Finding['level']) => findings.filter((one) => one.level === level);
  expect(counts).toEqual({ faults: of('fault').length, warnings: of('warning').length });
  for (const { says } of findings) expect(says).toMatch(/^[^\n]+\.$/);
  return { code, faults: of('fault'), warnings: of('warning'), oks: of('ok') };
}

/** Whatever the doctor could leave behind, at a server of any version. */
async function clientsAt(adminUrl: string): Promise<unknown> {
  const response = await fetch(`${adminUrl}/admin/clients`);
  return (response.ok ? response : await fetch(`${adminUrl}/clients`)).json();
}

interface Change {
  /** Answers instead of the server behind; `undefined` passes the request on. */
  answer?: (req: IncomingMessage) => { status: number; body: string } | undefined;
  headers?: () => Record<string, string>;
}

/** Starts a proxy that changes the answers of a server. @returns its port */
async function inFrontOf(url: string, { answer, headers = () => ({}) }: Change): Promise<number> {
  async function passOn(req: IncomingMessage, body: Buffer, res: ServerResponse): Promise<void> {
    const { 'content-type': type = '', cookie = '' } = req.headers;
    const behind = await fetch(url + req.url, {
      method: req.method ?? 'GET',
      redirect: 'manual',
      headers: { ...(type && { 'content-type': type }), ...(cookie && { cookie }) },
      ...(body.length > 0 && { body }),
    });
    for (const name of ['content-type', 'location', 'date']) {
      const value = behind.headers.get(name);
      if (value !== null) res.setHeader(name, value);
    }
    res.setHeader('set-cookie', behind.headers.getSetCookie());
    res.writeHead(behind.status, headers()).end(Buffer.from(await behind.arrayBuffer()));
  }
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const own = answer?.(req);
      if (own) res.writeHead(own.status, headers()).end(own.body);
      else void passOn(req, Buffer.concat(chunks), res);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

const settingsOf = (findings: Finding[]) => findings.map(({ setting }) => setting);

describe('hydra doctor', () => {
  test('finds no fault where everything fits, and leaves nothing behind', async () => {
    const running = await standIn();
    const { code, faults, warnings, oks } = await examine(settingsFor(running));
    expect({ code, faults, warnings }).toEqual({ code: 0, faults: [], warnings: [] });
    expect(oks.map(({ about }) => about)).toEqual(
      expect.arrayContaining([
        'admin',
        'ready',
        'version',
        'clock',
        'public',
        'issuer',
        'login',
        'consent',
        'sign_in',
        'logout',
        'logged_out',
        'error',
        'device',
        'device_success',
        'probe',
      ]),
    );
    expect(await clientsAt(running.adminUrl)).toEqual([]);
  });

  test('prints a line for each finding', async () => {
    const running = await standIn();
    const { code, stdout, stderr } = await runTool(['doctor'], { env: settingsFor(running) });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`ok       Hydra sends the browser for login to ${appUrl}/login.\n`);
    expect(stdout).toMatch(/\n\nFaults: 0\. Warnings: 0\.\n$/);
  });

  test('names the setting and its right value for each screen with another address', async () => {
    const running = await standIn({ appUrl: 'http://localhost:9999/elsewhere' });
    const { code, faults } = await examine(settingsFor(running));
    expect(code).toBe(1);
    expect(settingsOf(faults)).toEqual([
      'URLS_LOGIN',
      'URLS_CONSENT',
      'URLS_LOGOUT',
      'URLS_POST_LOGOUT_REDIRECT',
      'URLS_ERROR',
      'URLS_DEVICE_VERIFICATION',
      'URLS_DEVICE_SUCCESS',
    ]);
    expect(faults.find(({ about }) => about === 'login')?.says).toBe(
      'Hydra sends the browser for login to http://localhost:9999/elsewhere/login, but this app has ' +
        'another address: set URLS_LOGIN to http://localhost:4846/login.',
    );
    expect(await clientsAt(running.adminUrl)).toEqual([]);
  });

  test('recognises the placeholders that Hydra shows where nothing is set', async () => {
    const running = await standIn({ appUrl: 'http://localhost:4444/oauth2/fallbacks' });
    const { code, faults } = await examine(settingsFor(running));
    expect(code).toBe(1);
    expect(faults.find(({ about }) => about === 'consent')?.says).toMatch(
      /^URLS_CONSENT is not set: .* Set it to http:\/\/localhost:4846\/consent\.$/,
    );
  });

  test('warns that localhost and 127.0.0.1 are two hosts', async () => {
    const running = await standIn({ appUrl: 'http://127.0.0.1:4846' });
    const app = await examine(settingsFor(running));
    expect(app.faults.find(({ about }) => about === 'login')?.says).toContain(
      'localhost and 127.0.0.1 are two hosts to cookies',
    );
    const publicUrl = running.publicUrl.replace('localhost', '127.0.0.1');
    const { code, faults, warnings } = await examine(settingsFor({ ...running, publicUrl }));
    expect(code).toBe(1);
    expect(settingsOf(faults)).toEqual(
      expect.arrayContaining(['URLS_SELF_ISSUER', 'URLS_SELF_PUBLIC']),
    );
    expect(warnings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          says: expect.stringContaining('localhost or 127.0.0.1 in both'),
        }),
      ]),
    );
  });

  test('says what cannot be checked if a setting is missing', async () => {
    const running = await standIn();
    const { code, warnings } = await examine({ HYDRA_ADMIN_URL: running.adminUrl });
    expect(code).toBe(0);
    expect(settingsOf(warnings)).toEqual(['BASE_URL', 'HYDRA_PUBLIC_URL']);
    const { HYDRA_ADMIN_URL: _url, ...without } = settingsFor(running);
    const nothing = await examine(without);
    expect([nothing.code, settingsOf(nothing.faults)]).toEqual([1, ['HYDRA_ADMIN_URL']]);
  });

  test('names the address that does not answer, or is not what it should be', async () => {
    const running = await standIn();
    const nobody = 'http://127.0.0.1:1';
    const admin = await examine(settingsFor({ ...running, adminUrl: nobody }));
    expect(settingsOf(admin.faults)).toContain('HYDRA_ADMIN_URL');
    const open = await examine(settingsFor({ ...running, publicUrl: nobody }));
    expect([open.code, settingsOf(open.faults)]).toEqual([1, ['HYDRA_PUBLIC_URL']]);
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closing.push(() => silent.close().closeAllConnections());
    const hanging = await examine({
      ...settingsFor(running),
      HYDRA_PUBLIC_URL: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      HYDRA_TIMEOUT_MS: '300',
    });
    expect(hanging.faults.map(({ says }) => says)).toEqual([
      expect.stringContaining('gave no answer within 300 ms: check HYDRA_PUBLIC_URL.'),
    ]);
    const swapped = await examine(
      settingsFor({ adminUrl: running.publicUrl, publicUrl: running.adminUrl }),
    );
    expect(settingsOf(swapped.faults)).toContain('HYDRA_ADMIN_URL');
  });

  test('compares the issuer with HYDRA_PUBLIC_URL', async () => {
    const running = await standIn();
    const publicUrl = `http://localhost:${await inFrontOf(running.publicUrl, {})}`;
    const { code, faults } = await examine(settingsFor({ ...running, publicUrl }));
    expect([code, faults.find(({ about }) => about === 'issuer')?.setting]).toEqual([
      1,
      'URLS_SELF_ISSUER',
    ]);
  });

  test('warns of clocks that differ', async () => {
    const running = await standIn();
    const late = () => ({ date: new Date(Date.now() + 120_000).toUTCString() });
    const port = await inFrontOf(running.adminUrl, { headers: late });
    const { code, warnings } = await examine(
      settingsFor({ ...running, adminUrl: `http://localhost:${port}` }),
    );
    expect(code).toBe(0);
    expect(warnings).toEqual([
      {
        level: 'warning',
        about: 'clock',
        says: expect.stringMatching(/^The clock of the admin API is 1[12]\d seconds ahead of ours/),
        setting: null,
      },
    ]);
  });

  test('warns of a server of 1.x', async () => {
    const running = await standIn();
    const isVersion = ({ url }: IncomingMessage) => url === '/version';
    const port = await inFrontOf(running.adminUrl, {
      answer: (req) =>
        isVersion(req) ? { status: 200, body: '{"version":"v1.11.10"}' } : undefined,
    });
    const { warnings } = await examine(
      settingsFor({ ...running, adminUrl: `http://localhost:${port}` }),
    );
    expect(warnings).toEqual([expect.objectContaining({ about: 'version' })]);
    expect(warnings[0]?.says).toContain('v1.11.10');
  });

  test('warns of an admin API that anybody in a network can reach, but not of one behind a gateway', async () => {
    const running = await standIn();
    const open = await inFrontOf(running.adminUrl, {});
    // 0.0.0.0 leads to this machine but is not a loopback address.
    const away = (port: number) => settingsFor({ ...running, adminUrl: `http://0.0.0.0:${port}` });
    const unprotected = await examine(away(open));
    expect([unprotected.code, settingsOf(unprotected.warnings)]).toEqual([0, ['SERVE_ADMIN_HOST']]);
    const closed = await inFrontOf(running.adminUrl, {
      answer: ({ headers }) =>
        headers.authorization === 'Bearer of-the-doctor' ? undefined : { status: 401, body: 'no' },
    });
    const protectedOne = await examine({ ...away(closed), HYDRA_ADMIN_TOKEN: 'of-the-doctor' });
    expect(protectedOne.warnings.map(({ about }) => about)).toEqual(['encryption']);
    const locked = await examine(away(closed));
    expect([locked.code, settingsOf(locked.faults)]).toEqual([1, ['HYDRA_ADMIN_TOKEN']]);
  });

  test('finds the admin API at the public address, and a public address without encryption', async () => {
    const running = await standIn();
    const port = await inFrontOf(running.publicUrl, {
      answer: ({ url = '' }) =>
        url.startsWith('/admin/')
          ? { status: 404, body: '{"error":"Not Found","error_description":"no such request"}' }
          : undefined,
    });
    const publicUrl = `http://0.0.0.0:${port}`;
    const { code, faults } = await examine(settingsFor({ ...running, publicUrl }));
    expect(code).toBe(1);
    expect(faults.map(({ about }) => about)).toEqual(
      expect.arrayContaining(['protection', 'encryption', 'issuer']),
    );
  });

  test('removes the test client when a walk fails, and when Ctrl-C stops it', async () => {
    const running = await standIn();
    const isAccept = ({ url = '' }: IncomingMessage) => url.includes('/consent/accept');
    const port = await inFrontOf(running.adminUrl, {
      answer: (req) => (isAccept(req) ? { status: 500, body: '{"error":"oops"}' } : undefined),
    });
    const adminUrl = `http://localhost:${port}`;
    const { code, faults } = await examine(settingsFor({ ...running, adminUrl }));
    expect([code, faults.length > 0]).toEqual([1, true]);
    expect(await clientsAt(running.adminUrl)).toEqual([]);
    let interrupt = (): unknown => undefined;
    const hurried = await inFrontOf(running.adminUrl, {
      answer: ({ url = '' }) => void (url.includes('/login/accept') && interrupt()),
    });
    const stopped = await runTool(['doctor'], {
      env: settingsFor({ ...running, adminUrl: `http://localhost:${hurried}` }),
      seize: (surroundings) => (interrupt = () => surroundings.emit('SIGINT')),
    });
    expect([stopped.code, stopped.stderr]).toEqual([130, 'Stopped.\n']);
    expect(stopped.stdout).not.toContain('for consent');
    expect(await clientsAt(running.adminUrl)).toEqual([]);
  });

  test('says how to remove a test client that could not be removed', async () => {
    const running = await standIn();
    const port = await inFrontOf(running.adminUrl, {
      answer: ({ method }) => (method === 'DELETE' ? { status: 500, body: '{}' } : undefined),
    });
    const adminUrl = `http://localhost:${port}`;
    const { code, faults } = await examine(settingsFor({ ...running, adminUrl }));
    expect(code).toBe(1);
    expect(faults.at(-1)?.says).toMatch(/hydra clients delete \S+ --yes/);
  });

  describe.each(['26.2', '2.3', '1.11'] as const)('at a server of %s', (profile) => {
    const about = (findings: Finding[]) =>
      findings.filter((one) => one.about === 'registration').map(({ says }) => says);

    test('says when clients can register themselves, and nobody is told', async () => {
      const running = await standIn({ profile, isSelfRegistrationOn: true });
      for (const [setting, how] of [
        [undefined, 'not set'],
        ['off', 'off'],
      ] as const) {
        const { code, faults } = await examine({
          ...settingsFor(running),
          SELF_REGISTRATION: setting,
        });
        expect([code, settingsOf(faults)]).toEqual([1, ['SELF_REGISTRATION']]);
        expect(about(faults)).toEqual([
          expect.stringContaining(
            `at ${running.publicUrl}/oauth2/register, but SELF_REGISTRATION is ${how}`,
          ),
        ]);
      }
      const told = await examine({ ...settingsFor(running), SELF_REGISTRATION: 'on' });
      expect([told.code, about(told.oks)]).toEqual([
        0,
        [expect.stringContaining('SELF_REGISTRATION is on')],
      ]);
      expect(await clientsAt(running.adminUrl)).toEqual([]);
    });

    test('finds registration closed', async () => {
      const running = await standIn({ profile });
      const { code, oks } = await examine(settingsFor(running));
      expect([code, about(oks)]).toEqual([
        0,
        ['Clients cannot register themselves at the public address.'],
      ]);
    });
  });

  test('does not take a gateway that refuses everybody for open registration', async () => {
    const running = await standIn();
    const port = await inFrontOf(running.publicUrl, {
      answer: ({ url = '' }) =>
        url.startsWith('/oauth2/register') ? { status: 401, body: 'Who are you?' } : undefined,
    });
    const publicUrl = `http://localhost:${port}`;
    const { oks } = await examine(settingsFor({ ...running, publicUrl }));
    expect(oks.map((one) => one.about)).toContain('registration');
  });

  test('warns of a place to register that discovery names and that it cannot see into', async () => {
    const running = await standIn();
    const document = await (
      await fetch(`${running.publicUrl}/.well-known/openid-configuration`)
    ).json();
    const port = await inFrontOf(running.publicUrl, {
      answer: ({ url = '' }) =>
        url.startsWith('/.well-known/openid')
          ? {
              status: 200,
              body: JSON.stringify({
                ...(document as object),
                registration_endpoint: `${running.publicUrl}/elsewhere`,
              }),
            }
          : undefined,
    });
    const publicUrl = `http://localhost:${port}`;
    const { warnings } = await examine(settingsFor({ ...running, publicUrl }));
    const [found] = warnings.filter((one) => one.about === 'registration');
    expect(found).toMatchObject({ setting: 'SELF_REGISTRATION' });
    expect(found?.says).toContain(`${running.publicUrl}/elsewhere`);
  });

  test.each([
    ['https://auth.example.org', 'a=b; Path=/; HttpOnly', 'warning'],
    ['https://auth.example.org', 'a=b; Path=/; Secure; HttpOnly', 'ok'],
    ['http://auth.example.org', 'a=b; Path=/; Secure', 'fault'],
  ])('at %s reports the cookie "%s" as: %s', (publicUrl, cookie, level) => {
    const report = createReport(() => {});
    checkCookies([cookie], publicUrl, report);
    expect(report.findings.map((one) => one.level)).toEqual([level]);
  });
});
