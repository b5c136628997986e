import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { fieldsOf, type Browser, type Page } from '../support/browser.ts';
import { dora, max, password } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

let stub: AdminStub;
let app: TestApp;
let file: string;
const token = 'the-token-for-the-admin-api';

beforeAll(async () => {
  stub = await startAdminStub();
  file = join(temporaryFolder({}), 'audit.log');
  const settings = { AUDIT_LOG: file, TRUST_PROXY: 'loopback', HYDRA_ADMIN_TOKEN: token };
  app = await startApp(stub, settings);
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

const raw = (): string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1);

/** Everything that went over the wire and must stay secret. */
const secrets = new Set<string>();
const keepSecret = (...texts: string[]) => {
  for (const text of texts) secrets.add(text).add(encodeURIComponent(text));
};

/** A browser that notes the secrets of all that it gets. */
function watchful(address: string): Browser {
  const browser = app.browser({ 'X-Forwarded-For': address });
  const noted = (page: Page): Page => {
    const fields = page.forms.flatMap((form) => fieldsOf(form));
    const hidden = ['_csrf', 'sealed', 'login_challenge', 'consent_challenge', 'logout_challenge'];
    keepSecret(...fields.filter(([name]) => hidden.includes(name)).map(([, value]) => value));
    for (const [, value] of (page.leadsTo ?? '').matchAll(/_(?:verifier|challenge)=([^&]+)/g)) {
      keepSecret(value!, decodeURIComponent(value!));
    }
    for (const cookie of Object.values(browser.cookies())) {
      const value = /=([^;]+)/.exec(cookie)![1]!;
      keepSecret(value, decodeURIComponent(value));
      // the parts of signed cookies, too
      keepSecret(
        ...decodeURIComponent(value)
          .split(/[:.]/)
          .filter((part) => part.length > 8),
      );
    }
    return page;
  };
  return {
    ...browser,
    get: async (...args) => noted(await browser.get(...args)),
    post: async (...args) => noted(await browser.post(...args)),
    submit: async (...args) => noted(await browser.submit(...args)),
    send: async (...args) => noted(await browser.send(...args)),
  };
}

test('no line holds a secret, wherever it was typed', async () => {
  keepSecret(token, foosLogin.password, password, 'sesame', 'my pass phrase', 'deviceCode7');
  keepSecret('wrongCode7', 'ey.hint');
  const browser = watchful('198.51.100.1');

  for (const screen of screens) {
    const { challenge, address } = openAt(stub, screen, 'secret');
    keepSecret(challenge);
    const form = await browser.get(address);
    if (screen.name === 'login') {
      const tries: [email: string, secret: string][] = [
        ['foo@bar.com', 'sesame'],
        ['my pass phrase', ''], // into the wrong field
        ['my pass phrase', 'foo@bar.com'],
        ['deviceCode7', 'sesame'],
        [challenge, challenge],
        [dora.email, password],
        ['"}\n{"audit":"signed_in","subject":"sesame"', 'sesame'],
      ];
      for (const [email, secret] of tries) {
        await browser.submit(form, { fill: { email, password: secret } });
      }
    }
    await browser.submit(form, { ...screen.yes, forge: { _csrf: 'sesame' } });
    await browser.submit(form, { ...screen.yes, forge: { sealed: 'sesame' } });
    await browser.submit(form, { ...screen.yes, forge: { [screen.field]: 'sesame' } });
    await browser.submit(form, { ...screen.yes, add: [['decision', 'sesame']] });
    await browser.submit(form, { ...screen.yes, headers: { 'Sec-Fetch-Site': 'cross-site' } });
    await browser.submit(form, { ...screen.yes, add: [['grant_scope', 'sesame']] });
    await browser.submit(form, screen.no);
    const other = await browser.get(openAt(stub, screen, 'secret').address);
    await browser.submit(other, screen.no);
    await browser.post(`${screen.path}?x=sesame`, { [screen.field]: challenge, sesame: 'sesame' });
    await browser.post(`${screen.path}/sesame`, { sesame: 'sesame' });
    await watchful('198.51.100.2').post(screen.path, { [screen.field]: challenge });
    await watchful('sesame').post(screen.path, { [screen.field]: 'sesame' });
    const body = `${screen.field}=${'sesame'.repeat(100_000)}`;
    await browser.send('post', screen.path, { body });
    await browser.send('post', screen.path, { body: '{"sesame":', type: 'sesame/json' });
  }

  // nobody is asked
  const remembered = { skip: true, subject: max.subject };
  const unasked: [string, string][] = [
    ['login', stub.login(newChallenge('secret'), remembered)],
    ['login', stub.login(newChallenge('secret'), { skip: true, subject: dora.subject })],
    ['consent', stub.consent(newChallenge('secret'), remembered)],
    ['logout', stub.logout(newChallenge('secret'), { client: { skip_logout_consent: true } })],
  ];
  for (const [name, challenge] of unasked) {
    keepSecret(challenge);
    await browser.get(addressOf(`/${name}`, `${name}_challenge`, challenge));
  }

  const device = stub.device(newChallenge('secret'), 'deviceCode7');
  keepSecret(device);
  const code = await browser.get(addressOf('/device/verify', 'device_challenge', device));
  for (const typed of ['wrongCode7', 'my pass phrase', 'deviceCode7', 'wrongCode7']) {
    await browser.submit(code, { fill: { code: typed } });
  }

  // a flood that pauses
  const form = await browser.get(openAt(stub, screens[0]!, 'secret').address);
  for (let i = 0; i < 10; i++) {
    await browser.submit(form, { fill: { email: 'my pass phrase', password: 'sesame' } });
  }
  await app.close(); // writes what is being summed

  const lines = raw();
  const events = new Set(lines.map((line) => (JSON.parse(line) as { audit: string }).audit));
  expect([...events].toSorted()).toEqual([
    'code_refused',
    'denied',
    'form_refused',
    'granted',
    'limit_hit',
    'refused',
    'signed_in',
    'signed_out',
    'stayed',
  ]);
  expect(secrets.size).toBeGreaterThan(60);
  const leaks = lines.filter((line) => [...secrets].some((secret) => line.includes(secret)));
  expect(leaks).toEqual([]);
  const reasons = lines.map((line) => (JSON.parse(line) as { reason?: string }).reason);
  expect(reasons).toEqual(expect.arrayContaining(['wrong', 'disabled', 'gone', 'paused']));
});

test('a line is plain ASCII, whatever browser and app call themselves', async () => {
  const own = join(temporaryFolder({}), 'audit.log');
  const other = await startApp(stub, { AUDIT_LOG: own });
  const browser = other.browser({ 'User-Agent': `Evil","audit":"\\<b>\u00ff${'x'.repeat(300)}` });
  const id = 'a\u202eb\n\u2028"\ud83d\ude00\u0085';
  const login = stub.login(newChallenge(), { client: { client_id: id } });
  const form = await browser.get(addressOf('/login', 'login_challenge', login));
  await browser.submit(form, { fill: foosLogin });
  const text = readFileSync(own, 'utf8');
  expect(text).toMatch(/^[ -~]+\n$/);
  const line = JSON.parse(text) as Record<string, unknown>;
  expect(line['client']).toBe(id);
  const kept = 'Evil?,?audit?:???b???'; // the ÿ is two bytes
  expect(line['user_agent']).toBe(kept + 'x'.repeat(200 - kept.length));
  await other.close();
});
