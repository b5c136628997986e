import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { noButton, type Browser } from '../support/browser.ts';
import { control, link, textsOf, type Page } from '../support/page.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { titleBar, words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { TRUST_PROXY: 'loopback' });
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await app.close();
  await stub.close();
});

const rightCode = 'fKt7pW3x';
let addresses = 0;
function newBrowser(address = `198.51.100.${(addresses += 1)}`): Browser {
  return app.browser({ 'X-Forwarded-For': address });
}
const device = (more = ''): string =>
  addressOf('/device/verify', 'device_challenge', stub.device(newChallenge('d'), rightCode)) + more;
const typed = () => stub.sent('device.accept').map(({ body }) => body?.['user_code']);
const title = words('device.title');

describe('the page for a code', () => {
  test('asks for it, and warns of codes that others sent', async () => {
    const page = await newBrowser().get(device());
    expect(page.status).toBe(200);
    expect(page.heading).toBe(title);
    expect(page.text).toContain(words('device.lead'));
    expect(page.text).toContain(words('device.warn.text'));
    expect(control(page, 'code')).toMatchObject({ name: 'user_code', value: '' });
    expect(control(page, 'verify')).toMatchObject({ name: 'decision', value: 'accept' });
  });

  test('without a challenge leads to where codes are asked for', async () => {
    const page = await newBrowser().get('/device/verify');
    expect(page.status).toBe(400);
    expect(page.heading).toBe(words('error.challenge_missing.title'));
    const hrefs = page.links.map(({ href }) => href);
    expect(hrefs).toContain('http://127.0.0.1:4444/oauth2/device/verify');
    for (const query of ['?device_challenge=', '?device_challenge=a&device_challenge=b']) {
      expect((await newBrowser().get(`/device/verify${query}`)).status).toBe(400);
    }
    expect(stub.calls).toEqual([]);
  });
});

describe('a code that came with the address', () => {
  const shown = (page: Page) => textsOf(page, /<p class="given">(.*?)<\/p>/g);

  test('is shown in fours to be compared, and nothing is done with it by itself', async () => {
    const browser = newBrowser();
    const page = await browser.get(device(`&user_code=${rightCode}`));
    expect(page.status).toBe(200);
    expect(page.heading).toBe(words('device.given.title'));
    expect(page.text).toContain(words('device.given.lead'));
    expect(page.text).toContain(words('device.warn.text'));
    expect(shown(page)).toEqual(['fKt7 pW3x']);
    expect(control(page, 'code')).toBeUndefined();
    const buttons = page.forms[0]!.controls.filter(({ kind }) => kind === 'button');
    expect(buttons.map(({ id }) => id)).toEqual(['reject', 'verify']);
    expect(stub.calls).toEqual([]);
  });

  test('goes to the server with a yes, as it was shown', async () => {
    const browser = newBrowser();
    const page = await browser.get(device('&user_code=fKt7%E2%80%8B-pW%C2%AD3x'));
    expect(shown(page)).toEqual(['fKt7 pW3x']);
    const done = await browser.submit(page, { press: 'accept' });
    expect(done.leadsTo).toContain('device_verifier=');
    expect(typed()).toEqual([rightCode]);
  });

  test('is dropped with a no: another one may be typed for the same challenge', async () => {
    const browser = newBrowser();
    const page = await browser.get(device('&user_code=AAAABBBB'));
    const asked = await browser.submit(page, { press: 'reject' });
    expect(asked.status).toBe(200);
    expect(asked.heading).toBe(title);
    expect(asked.title).toBe(titleBar(title));
    expect(new URL(asked.url).search).toBe('');
    expect(control(asked, 'code')?.value).toBe('');
    expect(asked.html).not.toMatch(/AAAA ?BBBB/);
    expect(control(asked, 'device_challenge')?.value).toBe(
      control(page, 'device_challenge')?.value,
    );
    expect(typed()).toEqual([]);
    const done = await browser.submit(asked, { fill: { code: rightCode } });
    expect(done.leadsTo).toContain('device_verifier=');
    expect(typed()).toEqual([rightCode]);
  });

  test('needs an answer: the Enter key says no, and a form without a button nothing', async () => {
    const browser = newBrowser();
    const page = await browser.get(device(`&user_code=${rightCode}`));
    expect((await browser.submit(page)).heading).toBe(title);
    const none = await browser.submit(page, { press: noButton });
    expect(none.status).toBe(400);
    expect(none.heading).toBe(words('error.decision_unknown.title'));
    expect(none.html).not.toContain(rightCode);
    expect(typed()).toEqual([]);
  });

  test('and is wrong may be typed anew, and counts as a try', async () => {
    const browser = newBrowser();
    const page = await browser.get(device('&user_code=AAAA-BBBB'));
    const wrong = await browser.submit(page, { press: 'accept' });
    expect(wrong.status).toBe(400);
    expect(wrong.heading).toBe(title);
    expect(wrong.text).toContain(words('device.wrong'));
    expect(control(wrong, 'code')?.value).toBe('AAAABBBB');
    for (let i = 0; i < 4; i++) await browser.submit(page, { press: 'accept' });
    expect((await browser.submit(page, { press: 'accept' })).status).toBe(429);
    expect(typed()).toHaveLength(5);
  });

  test.each([
    ['a form that is too old', { forge: { _csrf: 'old' }, press: 'accept' }, 403],
    [
      'a switch of the language',
      { press: noButton, add: [['lang', 'en'] as [string, string]] },
      200,
    ],
  ])('is asked about again after %s', async (_what, work, status) => {
    const browser = newBrowser();
    const page = await browser.get(device(`&user_code=${rightCode}`));
    const again = await browser.submit(page, work);
    expect(again.status).toBe(status);
    expect(again.heading).toBe(words('device.given.title'));
    expect(shown(again)).toEqual(['fKt7 pW3x']);
    expect(typed()).toEqual([]);
    const done = await browser.submit(again, { press: 'accept' });
    expect(done.leadsTo).toContain('device_verifier=');
  });

  test('is text, whatever it is; one of several, or none, is asked for', async () => {
    const code = encodeURIComponent('"><script>alert(1)</script>');
    const page = await newBrowser().get(device(`&user_code=${code}`));
    expect(shown(page)).toEqual(['"><s crip t>al ert( 1)</ scri pt>']);
    expect(page.html).not.toContain('<script');
    for (const more of ['&user_code=a&user_code=b', '&user_code=', '&user_code=%20-%E2%80%8B']) {
      const asked = await newBrowser().get(device(more));
      expect(asked.heading).toBe(title);
      expect(control(asked, 'code')?.value).toBe('');
    }
  });

  test('and is endless is cut', async () => {
    const page = await newBrowser().get(device(`&user_code=${'x'.repeat(9_000)}`));
    expect(shown(page)[0]!.replaceAll(' ', '')).toBe('x'.repeat(64));
  });
});

describe('the short address', () => {
  const verify = 'http://127.0.0.1:4444/oauth2/device/verify';

  test.each([
    ['', ''],
    ['?user_code=', ''],
    [`?user_code=fKt7-pW3x`, '?user_code=fKt7pW3x'],
    ['?user_code=a%26b%3Dc%23', '?user_code=a%26b%3Dc%23'],
    ['?user_code=a&user_code=b', ''],
    ['?other=1', ''],
  ])('leads to where the server asks for a code: %s', async (query, kept) => {
    const page = await newBrowser().get(`/device${query}`);
    expect([page.status, page.leadsTo]).toEqual([303, verify + kept]);
    expect(page.setCookies).toEqual([]);
    expect(stub.calls).toEqual([]);
  });

  test('is below the path of BASE_URL', async () => {
    const own = await startApp(stub, { BASE_URL: 'http://127.0.0.1:{port}/auth' });
    const browser = own.browser();
    expect((await browser.get('/auth/device')).leadsTo).toBe(verify);
    expect((await browser.get('/device')).status).toBe(404);
    await own.close();
  });

  test('is no page when nobody knows where the server is', async () => {
    const own = await startApp(stub, { HYDRA_PUBLIC_URL: undefined });
    const page = await own.browser().get('/device?user_code=fKt7pW3x');
    expect(page.status).toBe(404);
    expect(page.heading).toBe(words('error.page_unknown.title'));
    await own.close();
  });
});

describe('a code', () => {
  test.each([
    ['with a hyphen', 'fKt7-pW3x'],
    ['with blanks', ' fKt7 pW3x '],
    ['with other dashes and blanks', 'fKt7–\u00a0pW3x\t'],
    ['with dots', 'fKt7.pW3x。'],
    ['with middle dots', 'f·K•t‧7∙p⋅W・3･x'],
    ['with minus signs and what is on the key of the hyphen', 'fKt7−pW3xー\u2043'],
    ['with full-width letters and dashes', 'ｆＫｔ７－ｐＷ３ｘ'],
    ['with what nobody sees', '\uFEFFfK\u200Bt7\u00AD\u2066pW3x\u2069\u202C\uFE0F'],
  ])('is sent without what people put between its letters: %s', async (_how, code) => {
    const browser = newBrowser();
    const page = await browser.get(device());
    const done = await browser.submit(page, { fill: { code } });
    expect(done.status).toBe(303);
    expect(done.leadsTo).toMatch(
      /^http:\/\/127\.0\.0\.1:4444\/oauth2\/device\/verify\?.*_verifier=/,
    );
    expect(typed()).toEqual([rightCode]);
  });

  test.each([
    ['wrong', 'AAAABBBB', ['AAAABBBB']],
    ['of another case', 'FKT7PW3X', ['FKT7PW3X']],
  ])('that is %s shows the form again, 400, with what was typed', async (_what, code, sent) => {
    const browser = newBrowser();
    const page = await browser.get(device());
    const again = await browser.submit(page, { fill: { code } });
    expect(again.status).toBe(400);
    expect(again.title).toBe(titleBar(title, { isError: true }));
    expect(again.heading).toBe(title);
    expect(again.text).toContain(words('device.wrong'));
    expect(control(again, 'code')?.value).toBe(code);
    expect(control(again, 'code')?.tag).toContain('aria-invalid="true"');
    expect(typed()).toEqual(sent);
    const done = await browser.submit(again, { fill: { code: rightCode } });
    expect(done.leadsTo).toContain('device_verifier=');
  });

  test.each([
    ['empty', ''],
    ['nothing but hyphens', ' - - '],
    ['nothing that one sees', ' \u200B\u00AD'],
  ])('that is %s is asked for once more, 400, and never counted', async (_what, code) => {
    const browser = newBrowser();
    let page = await browser.get(device());
    for (let i = 0; i < 8; i++) {
      page = await browser.submit(page, { fill: { code } });
      expect(page.status).toBe(400);
    }
    expect(page.title).toBe(titleBar(title, { isError: true }));
    expect(page.text).toContain(words('device.missing'));
    expect(page.text).not.toContain(words('device.wrong'));
    expect(control(page, 'code')?.tag).toMatch(
      /aria-describedby="about-code wrong-code".* aria-inv/,
    );
    expect(typed()).toEqual([]);
    const done = await browser.submit(page, { fill: { code: rightCode } });
    expect(done.leadsTo).toContain('device_verifier=');
  });

  test('is given back without what nobody sees', async () => {
    const browser = newBrowser();
    const page = await browser.get(device());
    const again = await browser.submit(page, { fill: { code: '\u202Ewrong\u200D-1' } });
    expect(control(again, 'code')?.value).toBe('wrong-1');
  });

  test('is typed without help of the keyboard, which offers to go on', async () => {
    const tag = control(await newBrowser().get(device()), 'code')?.tag ?? '';
    for (const help of ['autocomplete="off"', 'autocorrect="off"', 'autocapitalize="none"'])
      expect(tag).toContain(help);
    expect(tag).toContain('spellcheck="false"');
    expect(tag).toContain('enterkeyhint="go"');
  });

  test('in a form without its button is sent too', async () => {
    const browser = newBrowser();
    const page = await browser.get(device());
    const done = await browser.submit(page, { fill: { code: rightCode }, press: noButton });
    expect(done.leadsTo).toContain('device_verifier=');
    expect(typed()).toEqual([rightCode]);
  });

  test('posted twice is sent once, and has one answer', async () => {
    const browser = newBrowser();
    const address = device();
    const page = await browser.get(address);
    const work = { fill: { code: rightCode } };
    const pages = await Promise.all([1, 2, 3].map(() => browser.submit(page, work)));
    expect(new Set(pages.map(({ leadsTo }) => leadsTo)).size).toBe(1);
    expect(typed()).toEqual([rightCode]);
    expect((await browser.get(address)).leadsTo).toBe(pages[0]!.leadsTo);
  });

  test('is sent for nothing but the button of the page', async () => {
    const browser = newBrowser();
    const page = await browser.get(device());
    const fields = page.forms[0]!.controls.filter(({ kind }) => kind === 'hidden').map(
      ({ name, value }): [string, string] => [name, value],
    );
    for (const decision of ['', 'reject', 'yes']) {
      const answer = await browser.post('/device/verify', [
        ...fields,
        ['user_code', rightCode],
        ['decision', decision],
      ]);
      expect(answer.status).toBe(400);
    }
    const forged = await browser.submit(page, {
      fill: { code: rightCode },
      forge: { _csrf: 'broken' },
    });
    expect(forged.status).toBe(403);
    expect(control(forged, 'code')?.value).toBe(rightCode);
    expect(typed()).toEqual([]);
  });

  test('for a challenge that is unknown or too old has a page, and a new beginning', async () => {
    const browser = newBrowser();
    const page = await browser.get(device());
    const old = control(page, 'device_challenge')!.value;
    stub.set(old, 'expired');
    const expired = await browser.submit(page, { fill: { code: rightCode } });
    expect(expired.status).toBe(410);
    expect(expired.html).not.toContain(rightCode);
    expect(link(expired, words('button.start_again'))?.href).toBe(
      'http://127.0.0.1:4444/oauth2/device/verify',
    );
    const forge = { device_challenge: 'nobody-knows' };
    const other = await browser.submit(page, { fill: { code: rightCode }, forge });
    expect(other.status).toBe(403);
    const unknown = await browser.submit(other, { fill: { code: rightCode } });
    expect(unknown.status).toBe(404);
  });

  test('is not to be had when the server is not there, and counts as no try', async () => {
    const browser = newBrowser();
    const page = await browser.get(device());
    stub.answer('device.accept', (_call, res) => res.writeHead(503).end());
    for (let i = 0; i < 6; i++) {
      const down = await browser.submit(page, { fill: { code: rightCode } });
      expect(down.status).toBe(503);
      // What was typed gets into no address: neither of a button nor of a language.
      expect(down.html).not.toContain(rightCode);
      expect(link(down, words('button.try_again'))?.href).toContain('device_challenge=');
    }
    stub.usually();
    const done = await browser.submit(page, { fill: { code: rightCode } });
    expect(done.leadsTo).toContain('device_verifier=');
  });
});

describe('many wrong codes', () => {
  test('are stopped after five in one browser, and nothing is sent then', async () => {
    const browser = newBrowser();
    const page = await browser.get(device());
    for (let i = 0; i < 5; i++) {
      expect((await browser.submit(page, { fill: { code: `wrong${i}` } })).status).toBe(400);
    }
    const paused = await browser.submit(page, { fill: { code: rightCode } });
    expect(paused.status).toBe(429);
    const seconds = Number(paused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(20);
    expect(seconds).toBeLessThanOrEqual(30);
    const time = app.parts.locales.fallback.time(seconds);
    expect(paused.text).toContain(words('device.wait', { time }));
    expect(typed()).toHaveLength(5);
  });

  test('are stopped after twenty from one address, whatever the browser', async () => {
    const address = '203.0.113.9';
    const results: number[] = [];
    for (let i = 0; i < 5; i++) {
      const browser = newBrowser(address);
      const page = await browser.get(device());
      for (let j = 0; j < 4 + Number(i < 4); j++) {
        results.push((await browser.submit(page, { fill: { code: `wrong${j}` } })).status);
      }
    }
    expect(results.filter((status) => status === 400)).toHaveLength(20);
    expect(results.slice(-4)).toEqual([429, 429, 429, 429]);
    const elsewhere = newBrowser();
    const page = await elsewhere.get(device());
    expect((await elsewhere.submit(page, { fill: { code: rightCode } })).status).toBe(303);
  });

  test('posted twice at the same moment are wrong twice', async () => {
    const browser = newBrowser();
    const page = await browser.get(device());
    const post = () => browser.submit(page, { fill: { code: 'wrongone' } });
    const statuses = (await Promise.all([post(), post()])).map(({ status }) => status);
    expect(statuses).toEqual([400, 400]);
  });

  test('at the same moment get no further than one after the other', async () => {
    const browser = newBrowser();
    const page = await browser.get(device());
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => browser.submit(page, { fill: { code: `bad${i}` } })),
    );
    expect(typed()).toHaveLength(5);
  });
});

test('a no in a device flow ends on a page that says so, with a way on', async () => {
  const browser = newBrowser();
  const consent = stub.consent(newChallenge(), stub.inDeviceFlow);
  const question = await browser.get(addressOf('/consent', 'consent_challenge', consent));
  const page = await browser.follow(await browser.submit(question, { press: 'reject' }));
  expect(new URL(page.url).pathname).toBe('/device/stopped');
  expect(page.status).toBe(200);
  expect(page.heading).toBe(words('device.stopped.title'));
  expect(page.text).toContain(words('device.stopped.lead'));
  expect(link(page, words('button.start_page'))?.href).toBe('/');
});

describe('the page at the end', () => {
  test.each([['/device/success'], ['/oauth2/device/success']])(
    'is at %s, and names no app that anybody may write into its address',
    async (path) => {
      const page = await newBrowser().get(`${path}?client_id=meadow-notes`);
      expect(page.status).toBe(200);
      expect(page.heading).toBe(words('device.done.title_unnamed'));
      expect(page.text).toContain(words('device.done.lead'));
      expect(page.setCookies).toEqual([]);
    },
  );

  test('names the app that this browser has just connected', async () => {
    const browser = newBrowser();
    const login = stub.login(newChallenge(), stub.inDeviceFlow);
    const form = await browser.get(addressOf('/login', 'login_challenge', login));
    await browser.submit(form, { fill: foosLogin });
    const consent = stub.consent(newChallenge(), stub.inDeviceFlow);
    const question = await browser.get(addressOf('/consent', 'consent_challenge', consent));
    await browser.submit(question, { press: 'accept' });
    const page = await browser.get('/device/success?client_id=meadow-notes');
    expect(page.heading).toBe(words('device.done.title', { app: 'Meadow Notes' }));
    const other = await browser.get('/device/success?client_id=another');
    expect(other.heading).toBe(words('device.done.title_unnamed'));
  });
});
