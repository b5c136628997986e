import type { Request, Response } from 'express';
import { describe, expect, test } from '@jest/globals';
import { createKnownBrowsers } from '../../src/limits/known-browser.ts';

const home = { path: '', isSecure: true };
const name = '__Host-portico_known';

/** A browser that keeps the cookie; `secrets` are those of the app at that time. */
function createBrowser() {
  const cookies: Record<string, string> = {};
  const req = { signedCookies: cookies } as unknown as Request;
  const ages: (number | undefined)[] = [];
  const res = {
    cookie(cookie: string, value: string, { maxAge }: { maxAge?: number }) {
      cookies[cookie] = value;
      ages.push(maxAge);
    },
  } as unknown as Response;
  return { req, res, cookies, ages };
}

const ada = { subject: 'ada-1', credential: 'one' };
const app = (...secrets: string[]) => createKnownBrowsers(home, secrets);

describe('a known browser', () => {
  test('is known to those who signed in in it, by an id of its own', () => {
    const known = app('secret');
    const [one, other] = [createBrowser(), createBrowser()];
    for (const { req, res } of [one, other]) known.remember(req, res, 'ada', ada);
    expect(known.idFor(one.req, 'ada')).toMatch(/^[\w-]{20}$/);
    expect(known.idFor(one.req, 'eva')).toBeUndefined();
    expect(known.idFor(other.req, 'ada')).not.toBe(known.idFor(one.req, 'ada'));
    known.remember(one.req, one.res, 'eva', ada);
    expect(known.idFor(one.req, 'eva')).toBe(known.idFor(one.req, 'ada'));
  });

  test('is known by the login as it is compared, not as it is spelt', () => {
    const { req, res } = createBrowser();
    app('secret').remember(req, res, 'Ada@example.org', ada);
    expect(app('secret').idFor(req, ' ADA@EXAMPLE.ORG')).toBeDefined();
  });

  test('gets an id by chance, not the mark that earlier releases began with', () => {
    const [one, other] = [createBrowser(), createBrowser()];
    for (const { req, res, cookies } of [one, other]) {
      cookies[name] = '47DEQpj8HBSa-_TI.47DEQpj8HBSa-_TI';
      app('secret').remember(req, res, 'ada', ada);
      expect(cookies[name]).not.toContain('47DEQpj8HBSa-_TI');
    }
    expect(app('secret').idFor(one.req, 'ada')).not.toBe(app('secret').idFor(other.req, 'ada'));
  });

  test('has a cookie for ninety days that does not tell who signed in', () => {
    const [one, other] = [createBrowser(), createBrowser()];
    for (const { req, res } of [one, other]) app('secret').remember(req, res, 'ada', ada);
    const [mark, otherMark] = [one, other].map(({ cookies }) => cookies[name]!.split('.')[1]);
    expect(mark).not.toBe(otherMark);
    expect(one.ages).toEqual([90 * 24 * 60 * 60 * 1000]);
  });

  test('knows five accounts at most: those that signed in last', () => {
    const known = app('secret');
    const { req, res } = createBrowser();
    const accounts = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const account of accounts) known.remember(req, res, account, ada);
    expect(accounts.filter((account) => known.idFor(req, account))).toEqual(accounts.slice(1));
  });

  test('stays known when the secret is replaced, until the old one is gone', () => {
    const { req, res } = createBrowser();
    app('old').remember(req, res, 'ada', ada);
    expect(app('new', 'old').idFor(req, 'ada')).toBeDefined();
    expect(app('new').idFor(req, 'ada')).toBeUndefined();
  });

  test.each(['', 'x', 'Tm90LWFuLWlk', '47DEQpj8HBSa-_TI', '47DEQpj8HBSa-_TI.47DEQpj8HBSa-_TI'])(
    'is not one whose cookie has another form, such as that of earlier releases: %j',
    (value) => {
      const { req, cookies } = createBrowser();
      cookies[name] = value;
      expect(app('secret').idFor(req, 'ada')).toBeUndefined();
    },
  );

  describe('and the password of the last sign-in in it', () => {
    const changed = { ...ada, credential: 'two' };

    test('is noticed to be an old one, by any of the secrets', () => {
      const { req, res } = createBrowser();
      app('old').remember(req, res, 'ada', ada);
      for (const known of [app('old'), app('new', 'old')]) {
        expect(known.hasOldProof(req, ada)).toBe(false);
        expect(known.hasOldProof(req, changed)).toBe(true);
      }
      expect(app('new').hasOldProof(req, changed)).toBe(false);
      app('new', 'old').remember(req, res, 'ada', changed);
      expect(app('new').hasOldProof(req, changed)).toBe(false);
      expect(app('new').hasOldProof(req, ada)).toBe(true);
    });

    test('says nothing of other people, in other browsers, or where it is not there', () => {
      const { req, res, cookies } = createBrowser();
      const eva = { subject: 'eva-1', credential: 'one' };
      app('secret').remember(req, res, 'ada', ada);
      expect(app('secret').hasOldProof(req, eva)).toBe(false);
      expect(app('secret').hasOldProof(createBrowser().req, changed)).toBe(false);
      cookies[name] = cookies[name]!.split('~')[0]!;
      expect(app('secret').hasOldProof(req, changed)).toBe(false);
      expect(app('secret').idFor(req, 'ada')).toBeDefined();
    });
  });
});
