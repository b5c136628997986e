/** The markup of our own consent screen. A fork may write another view, and keeps all other tests. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { control, textsOf, type Page } from '../support/page.ts';
import { foo, max } from '../support/people.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { house, words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;
/** Clients register themselves. */
let open: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  [app, open] = await Promise.all([startApp(stub), startApp(stub, { SELF_REGISTRATION: 'on' })]);
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await Promise.all([app.close(), open.close()]);
  await stub.close();
});

type Given = NonNullable<Parameters<AdminStub['consent']>[1]>;
async function show(scope: string, given: Given = {}, of = app): Promise<[Browser, Page]> {
  const browser = of.browser();
  const requested_scope = scope.split(' ');
  const challenge = stub.consent(newChallenge(), { requested_scope, ...given });
  return [browser, await browser.get(addressOf('/consent', 'consent_challenge', challenge))];
}
const named = { app: 'Meadow Notes' };
const notices = (page: Page) =>
  textsOf(page, /<div class="notice \w+"[^>]*>[\s\S]*?<p>([\s\S]*?)<\/p>/g);
const strength = (page: Page) =>
  ['reject', 'accept'].map(
    (id) => new RegExp(`<button class="button (\\w+)" id="${id}"`).exec(page.html)?.[1],
  );
const many = Array.from({ length: 36 }, (_, i) => `part-${i}:read`).join(' ');

describe('there is one notice at a time', () => {
  test('of nothing ticked', async () => {
    const [browser, page] = await show('openid email', {}, open);
    const again = await browser.submit(page, { press: 'accept' });
    const deny = words('consent.share.deny');
    expect(notices(again)).toEqual([
      `${words('consent.none.title')} ${words('consent.none.text', { ...named, deny })}`,
    ]);
    expect(again.html).toContain('id="notice" role="alert"');
    const late = await browser.submit(page, { press: 'accept', forge: { _csrf: 'old' } });
    expect(notices(late)).toEqual([`${words('form.expired.title')} ${words('form.expired.text')}`]);
  });

  test('of a device, which names an unchecked app as one', async () => {
    const text = words('consent.device.warn.text');
    const [, page] = await show('openid email', stub.inDeviceFlow);
    expect(notices(page)).toEqual([`${words('consent.device.warn.title')} ${text}`]);
    expect(page.html).toContain('form="change" name="decision" value="somebody_else">');
    const [, unchecked] = await show('openid email', stub.inDeviceFlow, open);
    expect(notices(unchecked)).toEqual([`${words('unchecked.title')} ${text}`]);
  });

  test('of an unchecked app, whose host is marked', async () => {
    const [, page] = await show('openid email', { client: { created_at: 'soon' } }, open);
    const text = words('unchecked.text_undated', { host: 'notes.example.org' });
    expect(notices(page)).toEqual([`${words('unchecked.title')} ${text}`]);
    expect(page.html).toContain('<p class="from unchecked">');
    expect(strength(page)).toEqual(['tonal', 'strong']);
    const [, checked] = await show('openid email');
    expect([notices(checked), strength(checked)]).toEqual([[], ['tonal', 'strong']]);
  });

  test('of one that imitates the house, which no button invites to', async () => {
    const client = { client_name: `${house} Security Team`, created_at: 'soon' };
    const [, page] = await show('openid email', { client }, open);
    const text = words('lookalike.text_undated', { name: client.client_name });
    expect(notices(page)).toEqual([`${words('lookalike.title')} ${text}`]);
    expect(page.html).toMatch(/<span class="mark caution" aria-hidden="true">\?<\/span>/);
    expect(strength(page)).toEqual(['tonal', 'tonal']);
  });
});

describe('a list', () => {
  test('of all has a name for those who do not see it', async () => {
    const [, page] = await show('openid email');
    expect(page.html).toContain(`<fieldset aria-label="${words('consent.asked', named)}">`);
    const [, alone] = await show('openid');
    expect(alone.html).not.toContain('<fieldset');
  });

  test('of what was allowed before is folded, under a name', async () => {
    stub.allowed(foo.subject, [{ client: 'meadow-notes', scopes: ['openid', 'email'] }]);
    const [, page] = await show('openid email phone');
    expect(page.html).toMatch(
      /<fieldset aria-labelledby="list-1">\n<details class="fold">\n<summary id="list-1">/,
    );
    expect(page.html).toContain(`<legend>${words('consent.new')}</legend>`);
  });

  test('of many scopes without words is folded until one of them is ticked', async () => {
    const [browser, page] = await show(`openid email ${many}`);
    const fold = /<details class="fold">\n<summary[^>]*>([^<]*)</.exec(page.html)?.[1];
    expect(fold?.trim()).toBe(words('consent.unknown_many', { n: 36 }));
    const tick = { 'part-7:read': true };
    const again = await browser.submit(page, { press: 'accept', tick, forge: { _csrf: 'old' } });
    expect(again.html).toContain('<details class="fold" open>');
  });

  test.each([
    ['few', 'openid email a b c d'],
    ['nothing stands above them', `openid ${many}`],
  ])('of scopes without words is not folded when %s', async (_why, scope) => {
    const [, page] = await show(scope);
    expect(page.html).not.toContain('<details');
    expect(page.html).toContain(`<legend>${words('consent.unknown')}</legend>`);
  });

  test('of more than six rows is a long one, an API counts as a row', async () => {
    const six = 'profile email phone address offline offline_access';
    const [, page] = await show(`openid ${six}`);
    expect(page.html).not.toContain('class="long"');
    const [, more] = await show(six, { requested_access_token_audience: ['a', 'b'] });
    expect(more.html.match(/<fieldset class="long"/g)).toHaveLength(1);
  });
});

test('the values stand in the description of their box', async () => {
  const [, page] = await show('openid email', { subject: max.subject });
  const [, about] = /aria-describedby="([^"]*)"/.exec(control(page, 'email')!.tag)!;
  expect(textsOf(page, new RegExp(`<small id="${about}">([\\s\\S]*?)</small>`, 'g'))).toEqual([
    max.email,
  ]);
});

test('names, hosts, audiences and scopes without words are not translated or turned', async () => {
  const [, page] = await show('openid email photos \u3164', {
    requested_access_token_audience: ['https://api.example/\u202E', '\u2800'],
  });
  for (const value of ['photos', 'U+<wbr>3164', 'U+<wbr>2800', 'foo@<wbr>bar.<wbr>com'])
    expect(page.html).toContain(`<bdi dir="ltr" translate="no">${value}</bdi>`);
  const host = 'notes.<wbr>example.<wbr>org';
  expect(page.html).toContain(`<bdi class="host" dir="ltr" translate="no">${host}</bdi>`);
  expect(page.html).toContain('<bdi dir="ltr" translate="no">api.<wbr>example/%E2%80%AE</bdi>');
  for (const name of [house, named.app])
    expect(page.html).toContain(`<bdi translate="no">${name}</bdi>`);
  expect(page.html).not.toContain(`translate="no">${words('scope.email.title')}`);
});
