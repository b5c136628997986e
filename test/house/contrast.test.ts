/** Text and controls have enough contrast: WCAG 2.2, success criteria 1.4.3 and 1.4.11. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { portico } from '@portico/palette';
import { readSettings } from '@portico/settings';
import { brandFiles } from '../../src/screens/brand-files.ts';
import { brandOf, brandSettings } from '../../src/screens/brand-settings.ts';

type Tokens = Record<string, string>;
/** Red, green and blue, each from 0 to 1. */
type Rgb = number[];

const css = readFileSync(new URL('../../public/style.css', import.meta.url), 'utf8');
const light = tokensOf(css, (media) => media === '');
const dark = { ...light, ...tokensOf(css, isDark) };

const leastForText = 4.5;
const leastForControls = 3;

/** A foreground, the backgrounds it appears on, and the ratio it needs. */
const pairs: [string, string[], number][] = [
  ['ink', ['surface', 'canvas', 'field', 'well', 'soft-button', 'soft-button-hover'], leastForText],
  ['ink', ['accent-soft', 'danger-soft', 'caution-soft', 'good-soft'], leastForText],
  ['ink-soft', ['surface', 'canvas', 'field', 'arch', 'arch-outer', 'well'], leastForText],
  ['accent', ['surface', 'canvas', 'well', 'accent-soft'], leastForText],
  ['accent-strong', ['surface', 'canvas', 'well'], leastForText],
  ['on-fill', ['fill', 'fill-strong'], leastForText],
  ['danger', ['surface', 'danger-soft', 'soft-button', 'soft-button-hover'], leastForText],
  ['caution', ['surface', 'caution-soft'], leastForText],
  ['good', ['surface', 'good-soft'], leastForText],
  ['edge', ['surface', 'canvas', 'field'], leastForControls],
  ['accent', ['arch', 'field'], leastForControls],
  ['danger', ['field'], leastForControls],
];

/** Accents of the brands whose colours are checked beside our own; the last one is a grey. */
const accents = ['#6b2fa0', '#ffb02e', '#777777'];

describe.each([undefined, ...accents])('with the accent %s', (accent) => {
  const sheet = accent === undefined ? '' : sheetOf(accent);
  const own = { ...light, ...tokensOf(sheet, (media) => media === '') };

  describe.each([
    ['light', own],
    ['dark', { ...own, ...dark, ...tokensOf(sheet, isDark) }],
  ])('in the %s theme', (name, tokens) => {
    const rows = pairs.flatMap(([front, backs, least]) =>
      backs
        .filter((back) => accent === undefined || !back.startsWith('arch'))
        .map((back) => ({ front, back, least })),
    );

    test.each(rows)('--$front on --$back reaches $least', ({ front, back, least }) => {
      expect(contrast(hex(tokens, front), hex(tokens, back))).toBeGreaterThanOrEqual(least);
    });

    test('the colour of the accent is not that of Portico', () => {
      const ours = name === 'dark' ? dark : light;
      const isOurs = hex(tokens, 'fill').join() === hex(ours, 'fill').join();
      expect(isOurs).toBe(accent === undefined);
    });
  });
});

describe.each([
  ['light', light],
  ['dark', dark],
] as const)('in the %s theme', (theme, tokens) => {
  test('the colours are those that a brand is derived from', () => {
    for (const [name, colour] of Object.entries(portico[theme])) {
      expect([name, tokens[name]]).toEqual([name, colour]);
    }
  });

  const hues = [...css.matchAll(/\.(hue-\d)\s*\{\s*--hue:\s*(\d+)/g)].map(([, name, hue]) => ({
    name,
    hue: Number(hue),
  }));

  test.each(hues)('the letter on an app mark of .$name can be read', ({ hue }) => {
    const letter = hsl(hue, tokens['on-mark'] ?? '');
    const mark = hsl(hue, tokens['mark'] ?? '');
    expect(contrast(letter, mark)).toBeGreaterThanOrEqual(leastForText);
  });

  test('an app mark has one of six hues', () => {
    expect(hues).toHaveLength(6);
  });
});

test('every colour of the light theme has a dark one', () => {
  const inTheDark = tokensOf(css, isDark);
  const colours = Object.keys(light).filter((name) => light[name]?.startsWith('#'));
  expect(colours.filter((name) => !(name in inTheDark))).toEqual([]);
});

test('what other media say of a colour is stronger than the sheet of a brand', () => {
  for (const [, media = ''] of css.matchAll(/@media ([^{]*)\{\s*:root\s*\{/g)) {
    expect(media.trim()).toBe('(prefers-color-scheme: dark)');
  }
});

function isDark(media: string): boolean {
  return /prefers-color-scheme:\s*dark/.test(media);
}

/** The style sheet that comes with BRAND_ACCENT. */
function sheetOf(accent: string): string {
  const { values } = readSettings(brandSettings, { BRAND_ACCENT: accent });
  return brandFiles(brandOf(values).brand, '').texts['brand.css']!;
}

/** The custom properties of all `:root` rules under the media queries that `isMeant` picks. */
function tokensOf(css: string, isMeant: (media: string) => boolean): Tokens {
  const rules = css.matchAll(/(@media *\([^{]*)?(?:\{\s*)?(?<!html):root\s*\{([^}]*)\}/g);
  const meant = [...rules].filter(([, media = '']) => isMeant(media.trim()));
  const declarations = meant.flatMap(([, , body = '']) => [
    ...body.matchAll(/--([\w-]+):\s*([^;}]+)/g),
  ]);
  return Object.fromEntries(declarations.map(([, name = '', value = '']) => [name, value.trim()]));
}

function hex(tokens: Tokens, name: string): Rgb {
  const value = tokens[name] ?? 'not there';
  const parts = /^#(..)(..)(..)$/.exec(value);
  if (!parts) throw new Error(`--${name} is ${value}. It must be a colour like #0b5a7d.`);
  return parts.slice(1).map((part) => Number.parseInt(part, 16) / 255);
}

/** CSS Color 4, section 7.1; `rest` is saturation and lightness, such as "40% 91%". */
function hsl(hue: number, rest: string): Rgb {
  const [saturation = Number.NaN, lightness = Number.NaN] = rest
    .split(' ')
    .map((part) => Number.parseFloat(part) / 100);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const reach = saturation * Math.min(lightness, 1 - lightness);
    return lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1));
  };
  return [channel(0), channel(8), channel(4)];
}

/** The contrast ratio of WCAG 2.2, from 1 to 21. */
function contrast(one: Rgb, other: Rgb): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) =>
    part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
