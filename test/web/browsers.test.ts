import { createHmac } from 'node:crypto';
import cookieParser from 'cookie-parser';
import express, { type Express, type Request } from 'express';
import request from 'supertest';
import { describe, expect, test } from '@jest/globals';
import { createBrowsers, type Browser } from '../../src/web/browsers.ts';

const home = { path: '', isSecure: false };
const [secret, next] = ['a'.repeat(40), 'b'.repeat(40)] as [string, string];
const browsers = createBrowsers(home, [secret]);

/** What a browser with this cookie is to the app. */
async function seen(cookie: string | undefined, secrets = [secret]): Promise<Browser | undefined> {
  let found: Browser | undefined;
  const app: Express = express().use(cookieParser(secrets));
  app.get('/', (req: Request, res) => {
    found = browsers.of(req);
    res.end();
  });
  await request(app)
    .get('/')
    .set('Cookie', cookie === undefined ? [] : [`portico_csrf=${cookie}`]);
  return found;
}

/** As cookie-parser signs. */
function signed(value: string, key = secret): string {
  const signature = createHmac('sha256', key).update(value).digest('base64').replace(/=+$/, '');
  return encodeURIComponent(`s:${value}.${signature}`);
}

const browser: Browser = { csrf: 'c', secret: 's', person: undefined };
const asked = (one: Browser | undefined): Request => {
  const value = one && [one.csrf, one.secret, ...(one.person ? [one.person] : [])].join('.');
  return { signedCookies: value ? { portico_csrf: value } : {} } as unknown as Request;
};

describe('a browser', () => {
  test('is known by a cookie that we signed, and by no other', async () => {
    expect(await seen(signed('c.s'))).toEqual(browser);
    expect(await seen(signed('c.s.p'))).toEqual({ ...browser, person: 'p' });
    for (const cookie of [undefined, '', 'c.s', signed('c.s', next), `${signed('c.s')}x`]) {
      expect(await seen(cookie)).toBeUndefined();
    }
  });

  test('is not known by a cookie without a secret of its own, such as that of an old release', async () => {
    for (const value of ['c', 'c.', '.s', '.']) {
      expect(await seen(signed(value))).toBeUndefined();
    }
  });

  test('stays the same when it signs in for the first time, and again as the same person', () => {
    const first = browsers.after(asked(browser), 'ada', 'one');
    expect(first).toEqual({ ...browser, person: expect.any(String) });
    expect(browsers.after(asked(first), 'ada', 'two')).toEqual(first);
  });

  test('is another one when somebody else signs in, but its forms go on', () => {
    const adas = browsers.after(asked(browser), 'ada', 'one');
    const foos = browsers.after(asked(adas), 'foo', 'two');
    expect(foos.secret).not.toBe(adas.secret);
    expect(foos.csrf).toBe(adas.csrf);
    expect(browsers.after(asked(foos), 'foo', 'three')).toEqual(foos);
    // a second click on the same occasion
    expect(browsers.after(asked(adas), 'foo', 'two')).toEqual(foos);
    expect(browsers.after(asked(adas), 'foo', 'another').secret).not.toBe(foos.secret);
  });

  test('is another one, and nobody’s, after a sign-out', () => {
    const adas = browsers.after(asked(browser), 'ada', 'one');
    const out = browsers.afterSignOut(asked(adas), 'two');
    expect(out).toEqual({ csrf: 'c', secret: expect.any(String), person: undefined });
    expect(out.secret).not.toBe(adas.secret);
    expect(browsers.after(asked(out), 'foo', 'three').secret).toBe(out.secret);
  });

  test('without a cookie gets secrets that nobody else has', () => {
    const made = [1, 2].map(() => browsers.after(asked(undefined), 'ada', 'one'));
    expect(made[0]!.secret).not.toBe(made[1]!.secret);
    expect(made[0]!.secret).not.toBe(made[0]!.csrf);
    expect(made[0]!.secret).toMatch(/^[\w-]{24}$/);
  });

  test('is bound to one flow by a mark that only its secret, and ours, can make', () => {
    const mark = browsers.bind(browser, 'flow');
    expect(browsers.isBound(browser, 'flow', mark)).toBe(true);
    expect(browsers.isBound(browser, 'other', mark)).toBe(false);
    expect(browsers.isBound({ ...browser, secret: 'x' }, 'flow', mark)).toBe(false);
    expect(browsers.isBound(browser, 'flow', '')).toBe(false);
    const renewed = createBrowsers(home, [next, secret]);
    expect(renewed.isBound(browser, 'flow', mark)).toBe(true);
    expect(createBrowsers(home, [next]).isBound(browser, 'flow', mark)).toBe(false);
  });
});
