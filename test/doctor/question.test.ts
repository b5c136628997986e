/** What the doctor may ask an instance, and nobody else. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSealer } from '../../src/challenge/sealer.ts';
import { pathAnswer } from '../../src/doctor/answer.ts';
import {
  createQuestions,
  fillHeader,
  questionHeader,
  signQuestion,
} from '../../src/doctor/question.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret, startApp, type TestApp } from '../support/app.ts';
import * as v from 'valibot';

const other = 'a-secret-that-this-app-does-not-have-0123';
const old = 'a-secret-that-is-on-its-way-out-012345678';

let stub: AdminStub;
let app: TestApp;
beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { COOKIE_SECRET: `${cookieSecret},${old}`, TRUST_PROXY: '1' });
});
afterAll(async () => {
  await stub.close();
});

const get = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(app.url + path, { method, headers, redirect: 'manual' });
const ask = async (path: string, header: string, more = {}) =>
  get(path, { [questionHeader]: header, ...more });

describe('a question', () => {
  test('is answered at any path by what the instance saw', async () => {
    const { header, nonce } = signQuestion([other, old, cookieSecret], { fill: 4_096 });
    const response = await ask('/no/such/page?login_challenge=abc', header, {
      referer: `${app.publicUrl}/login?login_challenge=secret-challenge`,
      cookie: 'one=secret-value; two=2',
      'x-forwarded-for': '198.51.100.7, 203.0.113.9',
    });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get(fillHeader)).toHaveLength(4_096);
    const text = await response.text();
    const said = v.parse(pathAnswer, JSON.parse(text));
    expect(said).toMatchObject({
      nonce,
      known: [
        { theirs: 1, ours: 1 },
        { theirs: 2, ours: 0 },
      ],
      secrets: 2,
      baseUrl: app.publicUrl,
      saw: {
        path: '/no/such/page',
        query: 'login_challenge=abc'.length,
        cookies: ['one', 'two'],
        address: '203.0.113.9',
        forwarded: ['198.51.100.7', '203.0.113.9'],
        believed: 1,
        isTrusted: false,
      },
    });
    for (const secret of ['secret-value', 'secret-challenge', cookieSecret, old]) {
      expect(text).not.toContain(secret);
    }
  });

  const minutes = (count: number) => Date.now() + count * 60_000;
  const forged = (data: object) =>
    createSealer([cookieSecret], 'question of the doctor').seal(data);
  const nonce = 'abcdefghijklmnop';
  test.each([
    ['another secret', () => signQuestion([other]).header],
    [
      'no signature',
      () =>
        Buffer.from(JSON.stringify({ at: Date.now(), nonce, fill: 0, parts: false })).toString(
          'base64url',
        ),
    ],
    ['nothing', () => '.'],
    ['a past that is too far', () => signQuestion([cookieSecret], { now: minutes(-6) }).header],
    ['a future that is too far', () => signQuestion([cookieSecret], { now: minutes(6) }).header],
    ['too long a fill', () => forged({ at: Date.now(), nonce, fill: 32_769, parts: false })],
    [
      'a seal for another purpose',
      () =>
        createSealer([cookieSecret], 'facts').seal({
          at: Date.now(),
          nonce,
          fill: 0,
          parts: false,
        }),
    ],
    ['far too much', () => `${'x,'.repeat(4_000)}${signQuestion([cookieSecret]).header}`],
  ])('does not exist with %s', async (_what, make) => {
    for (const path of ['/login', '/nowhere']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [plain, asked] = [await get(path), await ask(path, make())];
      const shape = async (response: Response) => ({
        status: response.status,
        headers: [...response.headers.keys()],
        type: response.headers.get('content-type'),
        // oxlint-disable-next-line no-await-in-loop
        length: (await response.text()).length,
      });
      // oxlint-disable-next-line no-await-in-loop
      expect(await shape(asked)).toEqual(await shape(plain));
    }
  });

  test('is answered once, and only to GET', async () => {
    const { header } = signQuestion([cookieSecret]);
    expect((await get('/login', { [questionHeader]: header }, 'POST')).status).not.toBe(200);
    expect((await ask('/login', header)).status).toBe(200);
    expect((await ask('/login', header)).status).toBe(400);
  });

  test('is remembered only as long as it could be asked again', () => {
    const questions = createQuestions([cookieSecret]);
    const now = Date.now();
    const { header } = signQuestion([cookieSecret], { now });
    expect(questions.read(header, now)).toMatchObject({ fill: 0 });
    expect(questions.read(header, now + 1)).toBeUndefined();
    for (let count = 0; count < 3; count++) {
      const later = now + 11 * 60_000;
      expect(
        questions.read(signQuestion([cookieSecret], { now: later }).header, later),
      ).toBeDefined();
    }
  });
});
