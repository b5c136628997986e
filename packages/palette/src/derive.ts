import { contrast, hexOf, lchOf, leastContrast, type Lch } from './colour.ts';
import { faintPairs, leastForFill, leastForText, type FaintPair } from './pairs.ts';
import {
  greyNames,
  portico,
  type AccentName,
  type GreyName,
  type Palette,
  type Theme,
  type Tokens,
} from './tokens.ts';

/** A tone that stands in for the given accent, which would not have been seen or read well enough. */
export interface Change {
  theme: Theme;
  token: 'accent' | 'fill';
  given: string;
  used: string;
  /** The ratio that the given accent has, and the one it would have needed. */
  ratio: number;
  least: number;
}

export interface Derived {
  palette: Palette;
  changes: Change[];
  /** What cannot be mended: empty when all of it can be read. */
  faults: FaintPair[];
}

/** Of an accent that is not readable as text, we take a deep tone: one that just passes is muddy. */
const deepTone = 6.5;
/** An accent with less has no hue that anybody sees. */
const leastChroma = 0.02;
const white = '#ffffff';

/** Lightness and most chroma of what is made from the accent; `away` is from the page to the ink. */
const themes = {
  light: { away: -1, soft: { l: 0.95, c: 0.022 } },
  dark: { away: 1, soft: { l: 0.3, c: 0.045 } },
} as const;
const strongerAccent = 0.08;
const darkerFill = 0.07;
const lighterFill = 0.06;
const darkOnFill = { l: 0.22, c: 0.05 };

/**
 * Derives all colours of a brand from its accent.
 * @param accent `#rrggbb`
 * @param base the colours whose lightness and chroma the greys keep
 */
export function derivePalette(accent: string, base: Palette = portico): Derived {
  const { c, h } = lchOf(accent);
  const tinted = (tokens: Tokens): Tokens => ({ ...tokens, ...greysOf(tokens, c, h) });
  return deriveAccent(accent, { light: tinted(base.light), dark: tinted(base.dark) });
}

/**
 * Derives what is made from an accent, and leaves all other colours as they are.
 * @param accent `#rrggbb`
 * @param around the colours that it stands among
 */
export function deriveAccent(accent: string, around: Palette): Derived {
  const given = accent.toLowerCase();
  const light = accentsOf(given, 'light', around.light);
  const dark = accentsOf(given, 'dark', around.dark);
  const palette = {
    light: { ...around.light, ...light.tokens },
    dark: { ...around.dark, ...dark.tokens },
  };
  return {
    palette,
    changes: [...light.changes, ...dark.changes],
    faults: faintPairs(palette),
  };
}

function greysOf(tokens: Tokens, chroma: number, h: number): Tokens<GreyName> {
  const grey = (name: GreyName) => {
    const { l, c } = lchOf(tokens[name]);
    return [name, hexOf({ l, c: chroma < leastChroma ? 0 : c, h })];
  };
  return Object.fromEntries(greyNames.map(grey)) as Tokens<GreyName>;
}

function accentsOf(given: string, theme: Theme, greys: Tokens) {
  const lch = lchOf(given);
  const { away, soft } = themes[theme];
  const accentSoft = hexOf({ ...lch, l: soft.l, c: Math.min(lch.c, soft.c) });
  const leastOf = leastContrast([greys.surface, greys.canvas, greys.well, accentSoft]);
  const accent = textTone(given, lch, { away, leastOf });
  const strong = { ...lch, l: lchOf(accent).l + away * strongerAccent };
  const seen = contrast(given, greys.surface);
  const mayFill = seen >= leastForFill[theme];
  const fill = withWords(mayFill ? given : accent, lch);
  const tokens: Tokens<AccentName> = {
    accent,
    'accent-strong': hexOf(strong),
    'accent-soft': accentSoft,
    ...fill,
  };
  const changes: Change[] = [];
  const note = (token: Change['token'], ratio: number, least: number) => {
    if (tokens[token] !== given) {
      changes.push({ theme, token, given, used: tokens[token], ratio, least });
    }
  };
  note('accent', leastOf(given), leastForText);
  if (mayFill) note('fill', bestWords(given, lch).ratio, leastForText);
  else note('fill', seen, leastForFill[theme]);
  return { tokens, changes };
}

/** The given colour where it can be read, else the first deep tone of its hue. */
function textTone(
  given: string,
  lch: Lch,
  { away, leastOf }: { away: 1 | -1; leastOf: (tone: string) => number },
): string {
  if (leastOf(given) >= leastForText) return given;
  let tone = given;
  for (let step = 1; step <= 100 && leastOf(tone) < deepTone; step++) {
    tone = hexOf({ ...lch, l: lch.l + (away * step) / 100 });
  }
  return tone;
}

/** A fill with its words and its hover. It moves where neither white nor a dark tone can be read. */
function withWords(wanted: string, lch: Lch): Tokens<'fill' | 'fill-strong' | 'on-fill'> {
  let [fill, words] = [wanted, bestWords(wanted, lch)];
  const { l } = lchOf(wanted);
  for (let step = 1; step <= 100 && words.ratio < leastForText; step++) {
    for (const moved of [l - step / 100, l + step / 100]) {
      const tone = hexOf({ ...lch, l: moved });
      const found = bestWords(tone, lch);
      if (words.ratio < leastForText) [fill, words] = [tone, found];
    }
  }
  const onFill = words.colour;
  const further = onFill === white ? -darkerFill : lighterFill;
  const stronger = hexOf({ ...lch, l: lchOf(fill).l + further });
  const isReadable = contrast(onFill, stronger) >= leastForText;
  return { fill, 'fill-strong': isReadable ? stronger : fill, 'on-fill': onFill };
}

/** White, if it can be read, else a dark tone of the hue. */
function bestWords(fill: string, { c, h }: Lch): { colour: string; ratio: number } {
  const onWhite = contrast(white, fill);
  if (onWhite >= leastForText) return { colour: white, ratio: onWhite };
  const dark = hexOf({ l: darkOnFill.l, c: Math.min(c, darkOnFill.c), h });
  const onDark = contrast(dark, fill);
  return onDark >= onWhite ? { colour: dark, ratio: onDark } : { colour: white, ratio: onWhite };
}
