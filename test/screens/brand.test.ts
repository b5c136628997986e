/** The look that comes from settings: colours, logo, icon, names, and what they leave alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { derivePalette, portico } from '@portico/palette';
import { colourFaults } from '../../src/screens/brand-settings.ts';
import { bank, tutti } from '../e2e/support/brands.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { openAt, screens } from '../support/screens.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let plain: TestApp;
let bankApp: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  plain = await startApp(stub);
  bankApp = await startApp(stub, { ...bank.settings, LOG_LEVEL: 'info' });
});
afterAll(async () => {
  await Promise.all([plain.close(), bankApp.close()]);
  await stub.close();
});

const lastingly = 'public, max-age=31536000, immutable';
const wordmark = /<picture>[\s\S]*<\/picture>/;

const start = async (app: TestApp) => (await app.browser().get('/')).html;
const sheetsIn = (html: string) =>
  [...html.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)].map(([, href]) => href!);
const hrefOf = (html: string, rel: string) =>
  new RegExp(`<link rel="${rel}" href="([^"]+)">`).exec(html)?.[1];
const colourOfBrowser = (html: string, theme: string) =>
  new RegExp(
    `<meta name="theme-color" content="([^"]+)" media="\\(prefers-color-scheme: ${theme}\\)">`,
  ).exec(html)?.[1];

describe('without settings', () => {
  test('the house is Portico: its colours, its arch, its icon', async () => {
    const html = await start(plain);
    expect(html).toMatch(/<html [^>]*class="portico">/);
    expect(sheetsIn(html)).toEqual([expect.stringMatching(/style\.css$/)]);
    expect(html).toContain('<svg class="logo"');
    expect(hrefOf(html, 'icon')).toMatch(/^\/static\/[\da-f]{12}\/logo\.svg$/);
    expect(hrefOf(html, 'apple-touch-icon')).toBeUndefined();
    expect(colourOfBrowser(html, 'light')).toBe(portico.light.surface);
    expect(colourOfBrowser(html, 'dark')).toBe(portico.dark.surface);
  });

  test.each([
    ['a name', { BRAND_NAME: 'Meadow' }],
    ['an accent', { BRAND_ACCENT: '#6b2fa0' }],
    ['a logo', { BRAND_LOGO: tutti.settings.BRAND_LOGO }],
  ])('%s is enough to take the arches away', async (_what, settings) => {
    const own = await startApp(stub, settings);
    const html = await start(own);
    expect(html).not.toMatch(/class="portico"|<svg class="logo"/);
    await own.close();
  });

  test.each([
    ['corners', { BRAND_RADIUS: '4' }],
    ['the same name', { BRAND_NAME: 'Portico' }],
    ['another short name', { BRAND_SHORT_NAME: 'Us' }],
  ])('%s are not', async (_what, settings) => {
    const own = await startApp(stub, settings);
    expect(await start(own)).toMatch(/class="portico"[\s\S]*<svg class="logo"/);
    await own.close();
  });
});

describe('the sheet of a brand', () => {
  test('comes after the main one, has all colours of both themes, and is kept for a year', async () => {
    const [main, sheet, ...more] = sheetsIn(await start(bankApp));
    expect(main).toMatch(/style\.css$/);
    expect(sheet).toMatch(/^\/static\/[\da-f]{12}\/brand\.css$/);
    expect(more).toEqual([]);
    const { status, headers, html: css } = await bankApp.browser().get(sheet!);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe(lastingly);
    expect(headers['content-type']).toBe('text/css; charset=utf-8');
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['set-cookie']).toBeUndefined();
    const [light, dark] = css.split('@media(prefers-color-scheme:dark)');
    const { palette } = derivePalette('#6b2fa0');
    for (const name of ['accent', 'fill', 'on-fill', 'canvas', 'ink-soft', 'edge'] as const) {
      expect(light).toMatch(new RegExp(`[{;]--${name}:${palette.light[name]}[;}]`));
      expect(dark).toMatch(new RegExp(`[{;]--${name}:${palette.dark[name]}[;}]`));
    }
    expect(css).toContain(':root{--radius:6px}');
    expect(css.length).toBeLessThan(1_000);
  });

  test('may have the corners alone', async () => {
    const own = await startApp(stub, { BRAND_RADIUS: '0' });
    const [, sheet] = sheetsIn(await start(own));
    expect((await own.browser().get(sheet!)).html).toBe(':root{--radius:0px}');
    await own.close();
  });

  test('has another address when the accent is another one', async () => {
    const own = await startApp(stub, { ...bank.settings, BRAND_ACCENT: '#6b2fa1' });
    expect(sheetsIn(await start(own))[1]).not.toBe(sheetsIn(await start(bankApp))[1]);
    await own.close();
  });

  test('is linked below the path of the public address', async () => {
    const own = await startApp(stub, {
      BASE_URL: 'http://127.0.0.1:{port}/auth',
      BRAND_ACCENT: '#ffb02e',
    });
    const [, sheet] = sheetsIn(await start(own));
    expect(sheet).toMatch(/^\/auth\/static\//);
    expect((await fetch(new URL(sheet!, own.url))).status).toBe(200);
    await own.close();
  });

  test('says in one line of the log what was changed in the accent', () => {
    const lines = bankApp.logs.filter(({ msg }) => msg.includes('BRAND_ACCENT'));
    expect(lines.map(({ level, msg }) => [level, msg])).toEqual([
      [
        30,
        'BRAND_ACCENT #6b2fa0 cannot be read everywhere, so it was changed: dark --accent is #ca9ffe ' +
          '(the contrast was 1.67, it takes 4.5); dark --fill is #ca9ffe (the contrast was 2.05, it takes 3).',
      ],
    ]);
  });
});

test('colours that no tone of the accent mends are faults, with their numbers', () => {
  const dark = { ...portico.dark, good: '#3c6b4f' };
  expect(colourFaults('#6b2fa0', derivePalette('#6b2fa0', { ...portico, dark }))).toEqual([
    'BRAND_ACCENT is "#6b2fa0". With it, --good on --surface has a contrast of 2.75 instead of 4.5 in the dark theme.',
    'BRAND_ACCENT is "#6b2fa0". With it, --good on --good-soft has a contrast of 2.31 instead of 4.5 in the dark theme.',
  ]);
});

describe('the sheet of a client’s accent', () => {
  const sheetOf = (app: TestApp, digits: string, hash = '') => {
    const address = `/static/${hash || '{hash}'}/accent/${digits}.css`;
    return start(app).then((html) =>
      app.browser().get(address.replace('{hash}', sheetsIn(html)[0]!.split('/')[2]!)),
    );
  };

  test('has only what is made from the accent', async () => {
    const { status, headers, html: css } = await sheetOf(bankApp, '4a3fd1');
    expect([status, headers['cache-control']]).toEqual([200, lastingly]);
    expect(headers['content-type']).toBe('text/css; charset=utf-8');
    const names = [...css.matchAll(/--([\w-]+):/g)].map(([, name]) => name!);
    const six = ['accent', 'accent-soft', 'accent-strong', 'fill', 'fill-strong', 'on-fill'];
    expect(names.toSorted()).toEqual([...six, ...six].toSorted());
    expect(css).toContain('--accent:#4a3fd1;');
  });

  test('is the same from every instance, in any order', async () => {
    const other = await startApp(stub, bank.settings);
    await sheetOf(other, 'ff0000');
    const [one, two] = [await sheetOf(bankApp, '0a7f3c'), await sheetOf(other, '0a7f3c')];
    expect(two.html).toBe(one.html);
    expect((await sheetOf(bankApp, '0a7f3c')).html).toBe(one.html);
    await other.close();
  });

  test('of another release is kept by nobody', async () => {
    const { headers } = await sheetOf(bankApp, '4a3fd1', '0123456789ab');
    expect(headers['cache-control']).toBe('no-store');
  });

  test.each(['4A3FD1', '4a3fd', '4a3fd11', 'red', '4a3fd1.css', '..%2f4a3fd1', 'constructor'])(
    'has one address for each colour: not %s',
    async (digits) => {
      const { status, headers } = await sheetOf(bankApp, digits);
      expect([status, headers['cache-control']]).toEqual([404, 'no-store']);
    },
  );

  test.each(['000000', 'ffffff', '808080', 'ff0000', 'ffff00', '0000ff', '123456'])(
    'is small, whatever it is: %s',
    async (digits) => {
      const { status, html: css } = await sheetOf(plain, digits);
      expect([status, css.length < 400]).toEqual([200, true]);
    },
  );
});

describe('the logo', () => {
  test('has another file in the dark', async () => {
    const html = await start(bankApp);
    const [picture] = wordmark.exec(html)!;
    const [, dark] = /<source srcset="([^"]+)" media="\(prefers-color-scheme: dark\)">/.exec(
      picture,
    )!;
    const [, light] = /<img [^>]*src="([^"]+)"/.exec(picture)!;
    const got = async (path: string) => (await fetch(bankApp.url + path)).text();
    expect(await got(light!)).toBe(readFileSync(bank.settings.BRAND_LOGO, 'utf8'));
    expect(await got(dark!)).toBe(readFileSync(bank.settings.BRAND_LOGO_DARK, 'utf8'));
  });

  test('stands alone when the name is in it, which is then its alternative text', async () => {
    const html = await start(bankApp);
    const [header] = /<header class="house">[\s\S]*?<\/header>/.exec(html)!;
    expect(header).toMatch(/<img class="logo wordmark" [^>]*alt="Nordlicht Genossenschaftsbank"/);
    // Its room is there before it is: 166 by 34, as in the file.
    expect(header).toContain('height="34" width="166"');
    expect(header).not.toContain('<bdi');
  });

  test('stands beside the name otherwise, and says nothing', async () => {
    const own = await startApp(stub, {
      BRAND_LOGO: tutti.settings.BRAND_ICON,
      BRAND_NAME: 'Tutti',
    });
    const html = await start(own);
    const [header] = /<header class="house">[\s\S]*?<\/header>/.exec(html)!;
    expect(header).toMatch(/<img class="logo" [^>]*alt="" height="28" width="28">/);
    expect(header).toContain('<bdi translate="no">Tutti</bdi>');
    expect(header).not.toContain('<source');
    expect(hrefOf(html, 'icon')).toMatch(/brand-icon\.svg$/);
    await own.close();
  });

  test('may be hidden, or have any name', async () => {
    const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
    const folder = temporaryFolder({ '.a "b" ü.svg': drawing });
    const own = await startApp(stub, { BRAND_LOGO: join(folder, '.a "b" ü.svg') });
    const [, src] = /<img class="logo" src="([^"]+)"/.exec(await start(own))!;
    expect(await (await fetch(own.url + src!)).text()).toBe(drawing);
    await own.close();
  });
});

describe('the icon', () => {
  test('is that of tabs, and of iOS when it is a PNG', async () => {
    const html = await start(bankApp);
    const [icon, touch] = [hrefOf(html, 'icon'), hrefOf(html, 'apple-touch-icon')];
    expect(icon).toMatch(/brand-icon\.png$/);
    expect(touch).toBe(icon);
    const { status, headers } = await bankApp.browser().get(icon!);
    expect([status, headers['content-type']]).toEqual([200, 'image/png']);
    const own = await startApp(stub, tutti.settings);
    expect(hrefOf(await start(own), 'apple-touch-icon')).toBeUndefined();
    await own.close();
  });

  test.each([
    ['bank', bank.settings, { sizes: '180x180', type: 'image/png' }],
    ['tutti', tutti.settings, { sizes: 'any', type: 'image/svg+xml' }],
    ['none', {}, { sizes: 'any', type: 'image/svg+xml' }],
  ])('is in the manifest, at an address that is there (%s)', async (_name, settings, about) => {
    const own = await startApp(stub, settings);
    const address = hrefOf(await start(own), 'manifest')!;
    const { status, headers, html } = await own.browser().get(address);
    expect([status, headers['cache-control']]).toEqual([200, lastingly]);
    expect(headers['content-type']).toBe('application/manifest+json; charset=utf-8');
    const manifest = JSON.parse(html) as { icons: { src: string }[] };
    const { name, shortName } = own.parts.config.brand;
    const colour = portico.light.surface;
    expect(manifest).toEqual({
      name,
      short_name: shortName,
      start_url: '/',
      display: 'browser',
      theme_color: colour,
      background_color: colour,
      icons: [{ src: expect.any(String), ...about }],
    });
    const src = new URL(manifest.icons[0]!.src, new URL(address, own.url)).pathname;
    const icon = await own.browser().get(src);
    expect([icon.status, icon.headers['content-type']]).toEqual([200, about.type]);
    await own.close();
  });
});

describe('the names', () => {
  test('sentences have the short one, titles and alternative texts the full one', async () => {
    const { html, title, text } = await bankApp.browser().get(openAt(stub, screens[0]!).address);
    expect(text).toContain(words('login.lead', { house: 'Nordlicht' }));
    expect(title).toContain('Nordlicht Genossenschaftsbank');
    expect(html).toContain('alt="Nordlicht Genossenschaftsbank"');
    const home = await bankApp.browser().get('/');
    expect(home.heading).toBe(words('start.title', { house: 'Nordlicht' }));
  });

  test('are one where no short one is set', async () => {
    const own = await startApp(stub, tutti.settings);
    const page = await own.browser().get('/');
    expect(page.heading).toBe(words('start.title', { house: 'Tutti' }));
    await own.close();
  });
});

test('what a browser draws around a page has the colour of the page', async () => {
  const html = await start(bankApp);
  const { palette } = derivePalette('#6b2fa0');
  expect(colourOfBrowser(html, 'light')).toBe(palette.light.surface);
  expect(colourOfBrowser(html, 'dark')).toBe(palette.dark.surface);
});

test('nothing of a brand is written into a page as style', async () => {
  expect(await start(bankApp)).not.toMatch(/<style|\sstyle=|<script/);
});
