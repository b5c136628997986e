/** How our own views look: what they show of an app, their boxes, and what they weigh. */
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { folders } from '../../src/folders.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { control } from '../support/page.ts';
import { foosLogin, openAt, screens } from '../support/screens.ts';

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub);
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await app.close();
  await stub.close();
});

const [login, consent] = screens as [(typeof screens)[0], (typeof screens)[0]];

test('an app has a coloured mark with the first letter of its name', async () => {
  const page = await app.browser().get(openAt(stub, login).address);
  expect(page.html).toMatch(/<span class="mark hue-[1-6]" aria-hidden="true">M<\/span>/);
});

describe('the box to be remembered', () => {
  test.each([
    ['30 days', undefined, 'For 30 days. Not on a shared device.'],
    ['two hours', '7200', 'For 2 hours. Not on a shared device.'],
    ['as long as the server likes', '0', 'Until you sign out. Not on a shared device.'],
  ])('says on the sign-in page how long: %s', async (_time, LOGIN_REMEMBER_SECONDS, hint) => {
    const own = await startApp(stub, { LOGIN_REMEMBER_SECONDS });
    const page = await own.browser().get(openAt(stub, login).address);
    expect(control(page, 'remember')).toMatchObject({ kind: 'checkbox', isChecked: false });
    expect(page.text).toContain(`Keep me signed in ${hint}`);
    await own.close();
  });

  test('stays ticked when the page comes back', async () => {
    const browser = app.browser();
    const signIn = await browser.get(openAt(stub, login).address);
    const tick = { remember: true };
    const wrong = await browser.submit(signIn, { tick, fill: { email: 'a', password: 'b' } });
    const late = await browser.submit(signIn, { tick, fill: foosLogin, forge: { _csrf: 'old' } });
    const question = await browser.get(openAt(stub, consent).address);
    const again = await browser.submit(question, {
      press: 'accept',
      tick,
      forge: { _csrf: 'old' },
    });
    for (const page of [wrong, late, again]) {
      expect(control(page, 'remember')?.isChecked).toBe(true);
    }
  });
});

test('the first page, its style and its script take at most 14 kB on the wire', async () => {
  const address = openAt(stub, login, 'x'.repeat(1_200)).address;
  const page = await compressed(address);
  const { html } = await app.browser().get(address);
  const [, style] = /<link rel="stylesheet" href="([^"]+)"/.exec(html)!;
  const [, script] = /<script type="module" src="([^"]+)"/.exec(html)!;
  const parts = await Promise.all([style, script].map((path) => compressed(path!)));
  const bytes = parts.reduce((sum, part) => sum + part.bytes, page.bytes);
  expect(bytes).toBeLessThanOrEqual(14 * 1024);
});

test('the style sheet takes at most 6 kB compressed', () => {
  const sheet = readFileSync(join(folders.public, 'style.css'));
  expect(gzipSync(sheet).length).toBeLessThanOrEqual(6 * 1024);
});

/** By hand, because other clients take the compression away. */
function compressed(path: string): Promise<{ bytes: number }> {
  const headers = { 'accept-encoding': 'br, gzip' };
  const sizeOf = (got: IncomingHttpHeaders) => JSON.stringify(got).length;
  return new Promise((resolve, reject) => {
    httpRequest(app.url + path, { headers }, (res) => {
      let bytes = sizeOf(res.headers);
      res.on('data', (chunk: Buffer) => (bytes += chunk.length));
      res.on('end', () => resolve({ bytes }));
    })
      .on('error', reject)
      .end();
  });
}
