/** Every fault that has a page: its drawing, its words, and the ways on from it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { PublicError, statusOf, type ErrorCode, type WayForward } from '../../src/errors.ts';
import type { AppView } from '../../src/clients/app-view.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { referenceOf, textsOf, type Page } from '../support/page.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;
/** With SUPPORT_URL. */
let helpful: TestApp;
/** What the next sign-in page ends with. */
let fault: PublicError;

beforeAll(async () => {
  stub = await startAdminStub();
  const change: Parameters<typeof startApp>[2] = {
    change: (parts) => {
      const get = () => Promise.reject(fault);
      return { ...parts, hydra: { ...parts.hydra, login: { ...parts.hydra.login, get } } };
    },
  };
  app = await startApp(stub, {}, change);
  helpful = await startApp(stub, { SUPPORT_URL: 'https://help.example.org/' }, change);
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await Promise.all([app.close(), helpful.close()]);
  await stub.close();
});

const address = '/login?login_challenge=abc';
const notes: AppView = {
  name: 'Meadow Notes',
  initial: 'M',
  hue: 1,
  href: 'https://notes.example.org/',
};
const restart = 'https://auth.example.org/oauth2/auth?client_id=notes';
/** All that a page can know. */
const allKnown: WayForward = { app: notes, startAgain: restart, retryAfterSeconds: 30 };

async function pageOf(code: ErrorCode, way: WayForward, at = app): Promise<Page> {
  fault = new PublicError(code, way);
  const page = await at.browser().get(address);
  expect(page.status).toBe(statusOf[code]);
  return page;
}

/** `strong Start again` and so on, with where each leads. */
function buttonsOf({ html }: Page): [style: string, href: string][] {
  return [...html.matchAll(/<a class="button (\w+)" href="([^"]*)">/g)].map(
    ([, style = '', href = '']) => [style, href.replaceAll('&amp;', '&')],
  );
}

const tileOf = (page: Page) =>
  /<span class="tile (\w+)"><svg class="icon (\w+)"/.exec(page.html)?.slice(1).join(' ');

const again = '?login_challenge=abc';
const toApp = notes.href!;

const pages: [ErrorCode, tile: string, buttons: [style: string, href: string][]][] = [
  [
    'challenge_expired',
    'accent clock',
    [
      ['strong', restart],
      ['tonal', toApp],
    ],
  ],
  [
    'challenge_used',
    'accent ticks',
    [
      ['strong', toApp],
      ['tonal', restart],
    ],
  ],
  [
    'challenge_elsewhere',
    'accent arch',
    [
      ['strong', restart],
      ['tonal', toApp],
    ],
  ],
  [
    'departure_unknown',
    'accent arch',
    [
      ['strong', restart],
      ['tonal', toApp],
    ],
  ],
  ['challenge_unknown', 'accent lens', [['tonal', toApp]]],
  [
    'challenge_missing',
    'accent arch',
    [
      ['strong', restart],
      ['tonal', toApp],
    ],
  ],
  ['challenge_too_long', 'accent lens', [['tonal', toApp]]],
  ['request_malformed', 'accent lens', [['tonal', toApp]]],
  [
    'decision_unknown',
    'accent lens',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
  ['form_expired', 'accent clock', [['tonal', toApp]]],
  ['form_too_large', 'accent lens', [['tonal', toApp]]],
  [
    'cookies_blocked',
    'caution caution',
    [
      ['tonal', again],
      ['tonal', toApp],
    ],
  ],
  ['headers_too_large', 'caution caution', [['tonal', toApp]]],
  [
    'account_unknown',
    'caution caution',
    [
      ['strong', restart],
      ['tonal', toApp],
    ],
  ],
  ['page_unknown', 'accent lens', [['tonal', toApp]]],
  ['method_unknown', 'accent lens', [['tonal', toApp]]],
  ['too_many_attempts', 'accent clock', [['tonal', toApp]]],
  [
    'busy',
    'accent clock',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
  [
    'oauth2_server_down',
    'caution cloud',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
  [
    'oauth2_server_slow',
    'caution cloud',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
  [
    'oauth2_server_nonsense',
    'caution cloud',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
  [
    'oauth2_server_limited',
    'caution cloud',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
  [
    'oauth2_server_unavailable',
    'caution cloud',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
  [
    'user_store_down',
    'caution cloud',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
  [
    'unexpected',
    'caution caution',
    [
      ['strong', again],
      ['tonal', toApp],
    ],
  ],
];

test('each fault is in this list', () => {
  expect(pages.map(([code]) => code).toSorted()).toEqual(Object.keys(statusOf).toSorted());
});

describe.each(pages)('the page of %s', (code, tile, buttons) => {
  test('has its drawing, its words and its ways on', async () => {
    const page = await pageOf(code, allKnown);
    const values = { app: notes.name, time: app.parts.locales.fallback.time(30) };
    expect(tileOf(page)).toBe(tile);
    expect(page.heading).toBe(words(`error.${code}.title`));
    expect(page.text).toContain(words(`error.${code}.text`, values));
    expect(buttonsOf(page)).toEqual(buttons);
    expect(page.text).not.toMatch(/[{}]|error\./);
  });

  test('leads to the start page where no app is known, and holds no raw key', async () => {
    const page = await pageOf(code, { retryAfterSeconds: 30 });
    const known = buttons.filter(([, href]) => href !== toApp && href !== restart);
    expect(buttonsOf(page)).toEqual([...known, ['tonal', '/']]);
    expect(page.text).not.toMatch(/[{}]|error\.|Meadow/);
  });

  test('offers help where there is some, and a reference where somebody can look it up', async () => {
    expect((await pageOf(code, allKnown)).text).not.toContain(words('button.help'));
    const page = await pageOf(code, allKnown, helpful);
    expect(buttonsOf(page)).toEqual([...buttons, ['quiet', 'https://help.example.org/']]);
    expect(textsOf(page, /<a class="button quiet"[^>]*>(.*?)<\/a>/g)).toEqual([
      words('button.help'),
    ]);
    const isReferred = tile.startsWith('caution') || code === 'challenge_unknown';
    expect(referenceOf(page) !== undefined).toBe(isReferred);
  });
});

test('a sign-in that took too long tells to start again only where that is possible', async () => {
  const known = await pageOf('challenge_expired', { app: notes, startAgain: restart });
  expect(known.text).toContain(words('error.challenge_expired.text'));
  const unknown = await pageOf('challenge_expired', { app: notes });
  expect(unknown.text).toContain(words('error.challenge_expired.text_unnamed'));
  expect(unknown.text).not.toContain(words('error.challenge_expired.text'));
  expect(buttonsOf(unknown)).toEqual([['tonal', toApp]]);
});

test('an app without an address of its own is named, and the way leads to the start page', async () => {
  const { href: _none, ...homeless } = notes;
  const page = await pageOf('challenge_used', { app: homeless, startAgain: restart });
  expect(page.text).toContain(words('error.challenge_used.text', { app: notes.name }));
  expect(buttonsOf(page)).toEqual([
    ['tonal', restart],
    ['tonal', '/'],
  ]);
});
