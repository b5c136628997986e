import { describe, expect, test } from '@jest/globals';
import {
  accentNames,
  contrast,
  deriveAccent,
  derivePalette,
  faintPairs,
  greyNames,
  portico,
  type Palette,
} from '@portico/palette';
import { hexOf, lchOf } from '../src/colour.ts';

const themes = ['light', 'dark'] as const;
const signals = ['danger', 'danger-soft', 'caution', 'caution-soft', 'good', 'good-soft'] as const;

/** Accents of every hue, lightness and chroma that sRGB has, and those at its corners. */
const corners = ['00', '80', 'ff'];
const accents = new Set([
  ...corners.flatMap((r) => corners.flatMap((g) => corners.map((b) => `#${r}${g}${b}`))),
  '#010101',
  '#767676',
  '#777777',
  '#fefefe',
  '#6b2fa0',
  '#ffb02e',
  '#0b5a7d',
]);
for (let h = 0; h < 360; h += 20) {
  for (let l = 0.05; l < 1; l += 0.1) {
    for (const c of [0.01, 0.1, 0.4]) accents.add(hexOf({ l, c, h }));
  }
}

const derived = [...accents].map((accent) => ({ accent, ...derivePalette(accent) }));

/** The contrast of the words that are the hardest to read. */
function lowestText(palette: Palette): number {
  const pairs = themes.flatMap((theme) => {
    const tokens = palette[theme];
    const on = (front: keyof typeof tokens, ...backs: (keyof typeof tokens)[]) =>
      backs.map((back) => contrast(tokens[front], tokens[back]));
    return [
      ...on('ink', 'surface', 'soft-button'),
      ...on('ink-soft', 'surface', 'canvas', 'well'),
      ...on('accent', 'surface', 'accent-soft'),
      ...on('on-fill', 'fill'),
      ...on('danger', 'surface', 'danger-soft', 'soft-button', 'soft-button-hover'),
      ...on('caution', 'caution-soft'),
      ...on('good', 'good-soft'),
    ];
  });
  return Math.min(...pairs);
}

describe('the examples of the design', () => {
  test('a deep purple', () => {
    const { palette, changes, faults } = derivePalette('#6b2fa0');
    expect(palette.light).toMatchObject({
      accent: '#6b2fa0',
      fill: '#6b2fa0',
      'on-fill': '#ffffff',
      canvas: '#f4f3f6',
      surface: '#ffffff',
    });
    expect(palette.dark).toMatchObject({ accent: '#ca9ffe', fill: '#ca9ffe' });
    expect(lowestText(palette)).toBeCloseTo(5.3, 1);
    expect(faults).toEqual([]);
    expect(changes).toEqual([
      {
        theme: 'dark',
        token: 'accent',
        given: '#6b2fa0',
        used: '#ca9ffe',
        ratio: expect.closeTo(1.67, 2),
        least: 4.5,
      },
      {
        theme: 'dark',
        token: 'fill',
        given: '#6b2fa0',
        used: '#ca9ffe',
        ratio: expect.closeTo(2.05, 2),
        least: 3,
      },
    ]);
  });

  test('a light orange', () => {
    const { palette, changes, faults } = derivePalette('#FFB02E');
    expect(palette.light).toMatchObject({
      accent: '#724a04',
      fill: '#ffb02e',
      'on-fill': '#271700',
    });
    expect(palette.dark).toMatchObject({ accent: '#ffb02e', fill: '#ffb02e' });
    expect(lowestText(palette)).toBeCloseTo(5.3, 1);
    expect(faults).toEqual([]);
    expect(changes).toEqual([
      {
        theme: 'light',
        token: 'accent',
        given: '#ffb02e',
        used: '#724a04',
        ratio: expect.closeTo(1.58, 2),
        least: 4.5,
      },
    ]);
  });
});

describe('from any accent', () => {
  test('come colours that can be read, or faults with their numbers', () => {
    expect(accents.size).toBeGreaterThan(400);
    for (const { accent, palette, faults } of derived) {
      expect([accent, faults]).toEqual([accent, faintPairs(palette)]);
      // Today there is none that cannot be mended.
      expect([accent, faults]).toEqual([accent, []]);
      for (const theme of themes) {
        const colours = Object.values(palette[theme]);
        expect(colours.filter((colour) => !/^#[\da-f]{6}$/.test(colour))).toEqual([]);
      }
    }
  });

  test('greys keep their lightness, and danger, caution and good all of it', () => {
    for (const theme of themes) {
      const breaches = derived.flatMap(({ accent, palette: { [theme]: tokens } }) =>
        [
          ...greyNames.filter((name) => {
            const [grey, own] = [lchOf(tokens[name]), lchOf(portico[theme][name])];
            return Math.abs(grey.l - own.l) > 0.006 || grey.c > own.c + 0.006;
          }),
          ...signals.filter((name) => tokens[name] !== portico[theme][name]),
        ].map((name) => [accent, name]),
      );
      expect(breaches).toEqual([]);
    }
  });

  test('an accent that can be read stays, else it keeps its hue and becomes a deep tone', () => {
    for (const { accent, palette, changes } of derived) {
      for (const theme of themes) {
        const { [theme]: tokens } = palette;
        const least = (colour: string) =>
          Math.min(
            ...(['surface', 'canvas', 'well', 'accent-soft'] as const).map((name) =>
              contrast(colour, tokens[name]),
            ),
          );
        const change = changes.find((one) => one.theme === theme && one.token === 'accent');
        if (least(accent) >= 4.5) {
          expect([accent, tokens.accent, change]).toEqual([accent, accent, undefined]);
          continue;
        }
        expect(change).toMatchObject({ given: accent, used: tokens.accent, least: 4.5 });
        expect(change?.ratio).toBeCloseTo(least(accent), 6);
        expect(least(tokens.accent)).toBeGreaterThanOrEqual(6.5);
        expect(least(tokens.accent)).toBeLessThan(7.2);
        expect([accent, turn(accent, tokens.accent)]).toEqual([accent, expect.closeTo(0, -1)]);
      }
    }
  });

  test('a button keeps the accent, unless it could not be seen or no words read on it', () => {
    for (const { accent, palette, changes } of derived) {
      for (const theme of themes) {
        const { fill, surface, accent: text, 'on-fill': words } = palette[theme];
        const isSeen = contrast(accent, surface) >= (theme === 'light' ? 1.3 : 3);
        const change = changes.find((one) => one.theme === theme && one.token === 'fill');
        expect([accent, change?.used ?? accent]).toEqual([accent, fill]);
        if (!isSeen) expect([accent, fill]).toEqual([accent, text]);
        else if (change)
          expect([accent, change.least, change.ratio < 4.5]).toEqual([accent, 4.5, true]);
        // White comes first: a dark tone stands only where white could not be read.
        if (words !== '#ffffff') expect(contrast('#ffffff', fill)).toBeLessThan(4.5);
      }
    }
  });

  test('hover is a step away from rest, where there is room for one', () => {
    for (const { palette } of derived) {
      for (const theme of themes) {
        const tokens = palette[theme];
        const step = (one: 'accent' | 'fill') =>
          lchOf(tokens[`${one}-strong`]).l - lchOf(tokens[one]).l;
        const room = theme === 'light' ? lchOf(tokens.accent).l : 1 - lchOf(tokens.accent).l;
        if (room > 0.09) {
          expect(step('accent')).toBeCloseTo(theme === 'light' ? -0.08 : 0.08, 1);
        }
        const isDarker = tokens['on-fill'] === '#ffffff';
        expect(step('fill') * (isDarker ? -1 : 1)).toBeGreaterThanOrEqual(0);
      }
    }
  });
});

test.each(['#000000', '#ffffff', '#808080', '#7b8079'])(
  '%s has no hue: greys are neutral',
  (accent) => {
    const { palette } = derivePalette(accent);
    for (const theme of themes) {
      for (const name of greyNames) expect(lchOf(palette[theme][name]).c).toBeLessThan(0.0001);
    }
  },
);

test('an accent of its own can stand among the colours of a house', () => {
  const house = derivePalette('#ffb02e').palette;
  const { palette, faults } = deriveAccent('#4a3fd1', house);
  expect(faults).toEqual([]);
  for (const theme of themes) {
    const own = Object.keys(house[theme]).filter(
      (name) => palette[theme][name as 'ink'] !== house[theme][name as 'ink'],
    );
    expect(own.toSorted()).toEqual(accentNames.toSorted());
  }
  const around = ['#6b2fa0', '#ffb02e', '#000000', '#00ff00'].map((one) => derivePalette(one));
  const found = [...accents].flatMap(
    (accent, at) => deriveAccent(accent, around[at % around.length]!.palette).faults,
  );
  expect(found).toEqual([]);
});

describe('what cannot be mended', () => {
  test('is told with its numbers', () => {
    const pale = { ...portico, light: { ...portico.light, danger: '#e8a09b' } };
    expect(derivePalette('#6b2fa0', pale).faults).toContainEqual({
      theme: 'light',
      front: 'danger',
      back: 'surface',
      ratio: expect.closeTo(2.11, 2),
      least: 4.5,
    });
    expect(faintPairs(pale).map(({ front }) => front)).toEqual(Array(5).fill('danger'));
  });

  test('is nothing in the colours of Portico', () => expect(faintPairs(portico)).toEqual([]));
});

test.each(['', '#12', 'nonsense', '#gggggg'])('%j is no colour', (text) => {
  expect(() => derivePalette(text)).toThrow('is not a colour');
});

test('contrast is that of WCAG', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
  expect(contrast('#ffffff', '#767676')).toBeCloseTo(4.54, 2);
  expect(contrast('#0b5a7d', '#0b5a7d')).toBe(1);
});

describe('a tone that sRGB does not have', () => {
  test.each([0, 60, 120, 180, 240, 300])('keeps lightness and hue (%d°)', (h) => {
    for (const l of [0.2, 0.5, 0.8]) {
      const shown = lchOf(hexOf({ l, c: 0.4, h }));
      expect(shown.l).toBeCloseTo(l, 2);
      expect(shown.c).toBeLessThan(0.35);
      expect(Math.abs(((shown.h - h + 540) % 360) - 180)).toBeLessThan(2);
    }
  });

  test('may be beyond white and black', () => {
    expect([hexOf({ l: 1.2, c: 0.1, h: 9 }), hexOf({ l: -0.2, c: 0.1, h: 9 })]).toEqual([
      '#ffffff',
      '#000000',
    ]);
  });
});

/** By how many degrees the hue differs; none where there is hardly any. */
function turn(one: string, other: string): number {
  const [a, b] = [lchOf(one), lchOf(other)];
  return a.c < 0.02 || b.c < 0.02 ? 0 : ((a.h - b.h + 540) % 360) - 180;
}
