import { contrast } from './colour.ts';
import type { Palette, Theme, TokenName } from './tokens.ts';

/** WCAG 2.2, success criteria 1.4.3 and 1.4.11. */
export const leastForText = 4.5;
export const leastForControls = 3;
/** A strong button has words on it that can be read; its shape only has to be seen. */
export const leastForFill = { light: 1.3, dark: leastForControls };

/** Two colours that are too much alike. */
export interface FaintPair {
  theme: Theme;
  front: TokenName;
  back: TokenName;
  ratio: number;
  /** What it must have. */
  least: number;
}

type Row = [front: TokenName, backs: TokenName[], least: number];

/** What stands on what, and the ratio that it needs. */
const rows: Row[] = [
  ['ink', ['surface', 'canvas', 'field', 'well', 'accent-soft'], leastForText],
  ['ink', ['soft-button', 'soft-button-hover', 'danger-soft', 'caution-soft'], leastForText],
  ['ink-soft', ['surface', 'canvas', 'field', 'well'], leastForText],
  ['accent', ['surface', 'canvas', 'well', 'accent-soft'], leastForText],
  ['accent-strong', ['surface', 'canvas', 'well'], leastForText],
  ['on-fill', ['fill', 'fill-strong'], leastForText],
  ['danger', ['surface', 'danger-soft', 'soft-button', 'soft-button-hover'], leastForText],
  ['caution', ['surface', 'caution-soft'], leastForText],
  ['good', ['surface', 'good-soft'], leastForText],
  ['edge', ['surface', 'canvas', 'field'], leastForControls],
  ['accent', ['field'], leastForControls],
  ['danger', ['field'], leastForControls],
];

/** All pairs of these colours that do not reach what they need, in both themes. */
export function faintPairs(palette: Palette): FaintPair[] {
  return (['light', 'dark'] as const).flatMap((theme) => {
    const colours = palette[theme];
    const all: Row[] = [...rows, ['fill', ['surface'], leastForFill[theme]]];
    return all.flatMap(([front, backs, least]) =>
      backs
        .map((back) => ({ back, ratio: contrast(colours[front], colours[back]) }))
        .filter(({ ratio }) => ratio < least)
        .map((pair) => ({ theme, front, ...pair, least })),
    );
  });
}
