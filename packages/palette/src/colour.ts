import {
  formatHex,
  inGamut,
  modeLrgb,
  modeOklab,
  modeOklch,
  modeRgb,
  useMode,
  wcagLuminance,
} from 'culori/fn';

/** A colour in OKLCH: lightness 0 to 1, chroma from 0 (grey) to about 0.32, hue in degrees. */
export interface Lch {
  l: number;
  c: number;
  h: number;
}

// Only these: all colour spaces together take a tenth of a start.
for (const mode of [modeRgb, modeLrgb, modeOklab]) useMode(mode);
const oklch = useMode(modeOklch);
const isShown = inGamut('rgb');
/** Also keeps a tone off the very edge of sRGB, where a rounded colour has another hue. */
const chromaStep = 0.004;

/**
 * @param colour such as `#0b5a7d`
 * @throws Error when it is not a colour
 */
export function lchOf(colour: string): Lch {
  const found = oklch(colour);
  if (!found) throw new Error(`"${colour}" is not a colour`);
  return { l: found.l, c: found.c, h: found.h ?? 0 };
}

/**
 * The colour as `#rrggbb`. What sRGB does not have loses chroma, in steps, until it does: lightness
 * and hue stay.
 */
export function hexOf({ l, c, h }: Lch): string {
  const lightness = Math.min(Math.max(l, 0), 1);
  const paler = (steps: number) =>
    ({ mode: 'oklch', l: lightness, c: Math.max(c - steps * chromaStep, 0), h }) as const;
  // `shown` steps are always enough, `hidden` never.
  let [hidden, shown] = [-1, Math.ceil(c / chromaStep)];
  while (shown - hidden > 1) {
    const middle = Math.floor((hidden + shown) / 2);
    if (isShown(paler(middle))) shown = middle;
    else hidden = middle;
  }
  return formatHex(paler(shown));
}

/** The contrast ratio of WCAG 2.2, from 1 to 21. */
export function contrast(one: string, other: string): number {
  return ratio(wcagLuminance(one), wcagLuminance(other));
}

/** The lowest contrast of a colour on any of these. */
export function leastContrast(grounds: readonly string[]): (front: string) => number {
  const known = grounds.map((ground) => wcagLuminance(ground));
  return (front) => {
    const luminance = wcagLuminance(front);
    return Math.min(...known.map((ground) => ratio(luminance, ground)));
  };
}

function ratio(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
