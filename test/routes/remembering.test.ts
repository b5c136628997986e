/**
 * What becomes of the wish to be remembered. The wish is posted by name, so these tests hold
 * whether or not the views have a box for it.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp } from '../support/app.ts';
import type { FormWork } from '../support/browser.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';

let stub: AdminStub;

beforeAll(async () => {
  stub = await startAdminStub();
});
beforeEach(() => stub.reset());
afterAll(() => stub.close());

const wished: FormWork = { press: 'accept', wish: { remember: 'true' } };
const notWished: FormWork = { press: 'accept' };

/** Answers one question with yes. @returns what the server is told about remembering */
async function rememberedBy(step: 'login' | 'consent', work: FormWork, env = {}) {
  const app = await startApp(stub, env);
  const browser = app.browser();
  const challenge = stub[step](newChallenge());
  const page = await browser.get(addressOf(`/${step}`, `${step}_challenge`, challenge));
  const fill = step === 'login' ? foosLogin : {};
  await browser.submit(page, { ...work, fill });
  await app.close();
  const { remember, remember_for: seconds } = stub.sent(`${step}.accept`)[0]!.body!;
  return [remember, seconds];
}

describe('a sign-in', () => {
  test.each([
    ['30 days', undefined, 2_592_000],
    ['as long as the setting says', '7200', 7_200],
    ['as long as the server likes', '0', 0],
  ])(
    'is remembered for %s when that is wished for',
    async (_time, LOGIN_REMEMBER_SECONDS, seconds) => {
      const env = { LOGIN_REMEMBER_SECONDS };
      expect(await rememberedBy('login', wished, env)).toEqual([true, seconds]);
    },
  );

  test('is not remembered otherwise', async () => {
    expect(await rememberedBy('login', notWished)).toEqual([false, undefined]);
  });
});

describe('a consent', () => {
  test.each([
    ['until the person takes it back', undefined, 0],
    ['as long as the setting says', '604800', 604_800],
  ])(
    'is remembered %s when that is wished for',
    async (_time, CONSENT_REMEMBER_SECONDS, seconds) => {
      const env = { CONSENT_REMEMBER_SECONDS };
      expect(await rememberedBy('consent', wished, env)).toEqual([true, seconds]);
    },
  );

  test('is not remembered otherwise', async () => {
    expect(await rememberedBy('consent', notWished)).toEqual([false, undefined]);
  });
});
