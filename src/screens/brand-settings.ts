/** The settings of the house: its names, its look, and where its own pages are. */
import { derivePalette, type Change, type Derived } from '@portico/palette';
import {
  kind,
  setting,
  type Environment,
  type Picture,
  type Settings,
  type ValuesOf,
} from '@portico/settings';

/** The house as its settings have it. */
export interface Brand {
  name: string;
  /** What people call it in a sentence. */
  shortName: string;
  /** Neither a name nor a logo nor an accent is set: the arches, which are Portico's, may be shown. */
  isPortico: boolean;
  /** Derived from the accent; `undefined` for those of the style sheet. */
  colours: Derived | undefined;
  /** In pixels; `undefined` for that of the style sheet. */
  radius: number | undefined;
  logo: Picture | undefined;
  darkLogo: Picture | undefined;
  /** The logo is a wordmark: no name stands beside it. */
  logoHasName: boolean;
  icon: Picture | undefined;
  supportUrl: string | undefined;
  privacyUrl: string | undefined;
  termsUrl: string | undefined;
}

const name = kind.matching(/^.{1,60}$/);
const logoFile = 'a readable .svg, .png or .webp file';

/** In the order of `.env.example`. */
export const brandSettings = {
  BRAND_NAME: setting('a name of 1 to 60 characters', name, { fallback: 'Portico' }),
  BRAND_SHORT_NAME: setting('a name of 1 to 60 characters', name),
  BRAND_ACCENT: setting('a colour such as #0b5a7d', kind.colour),
  BRAND_RADIUS: setting('a number of pixels, 0 to 20', kind.integer(0, 20), { fallback: '10' }),
  BRAND_LOGO: setting(logoFile, kind.logo),
  BRAND_LOGO_DARK: setting(logoFile, kind.logo),
  BRAND_LOGO_HAS_NAME: setting('true or false', kind.boolean, { fallback: 'false' }),
  BRAND_ICON: setting('a readable, square .svg or .png file', kind.icon),
  SUPPORT_URL: setting('an http(s) or mailto address', kind.link),
  PRIVACY_URL: setting('an http(s) address', kind.webLink),
  TERMS_URL: setting('an http(s) address', kind.webLink),
} satisfies Settings;

type Values = ValuesOf<typeof brandSettings>;

/**
 * What is wrong with these settings together. Each fault is a sentence that names the setting.
 * @param known the values that are right, each by itself
 */
export function brandFaults(known: Partial<Values>, env: Environment): string[] {
  const { BRAND_ACCENT: accent } = known;
  const hasLogo = Boolean(env['BRAND_LOGO']?.trim());
  const alone = (['BRAND_LOGO_DARK', 'BRAND_LOGO_HAS_NAME'] as const).filter(
    (which) => known[which] && !hasLogo,
  );
  return [
    ...(accent === undefined ? [] : colourFaults(accent, derivePalette(accent))),
    ...alone.map((which) => `${which} is set without BRAND_LOGO. It must come with a logo.`),
  ];
}

/** The pairs of colours that cannot be read, and that no other tone of the accent mends. */
export function colourFaults(accent: string, { faults }: Derived): string[] {
  return faults.map(
    ({ theme, front, back, ratio, least }) =>
      `BRAND_ACCENT is "${accent}". With it, --${front} on --${back} has a contrast of ` +
      `${shown(ratio)} instead of ${least} in the ${theme} theme.`,
  );
}

/** @returns the brand, and sentences for the log about what it shows otherwise than it was given */
export function brandOf(v: Values): { brand: Brand; notes: string[] } {
  const { BRAND_NAME, BRAND_RADIUS } = brandSettings;
  const colours = v.BRAND_ACCENT === undefined ? undefined : derivePalette(v.BRAND_ACCENT);
  const changes = (colours?.changes ?? []).map(changeOf).join('; ');
  return {
    brand: {
      name: v.BRAND_NAME,
      shortName: v.BRAND_SHORT_NAME ?? v.BRAND_NAME,
      isPortico: v.BRAND_NAME === BRAND_NAME.fallback && !v.BRAND_LOGO && !v.BRAND_ACCENT,
      colours,
      radius: v.BRAND_RADIUS === Number(BRAND_RADIUS.fallback) ? undefined : v.BRAND_RADIUS,
      logo: v.BRAND_LOGO,
      darkLogo: v.BRAND_LOGO_DARK,
      logoHasName: v.BRAND_LOGO_HAS_NAME,
      icon: v.BRAND_ICON ?? v.BRAND_LOGO,
      supportUrl: v.SUPPORT_URL,
      privacyUrl: v.PRIVACY_URL,
      termsUrl: v.TERMS_URL,
    },
    notes: changes
      ? [`BRAND_ACCENT ${v.BRAND_ACCENT} cannot be read everywhere, so it was changed: ${changes}.`]
      : [],
  };
}

function changeOf({ theme, token, used, ratio, least }: Change): string {
  return `${theme} --${token} is ${used} (the contrast was ${shown(ratio)}, it takes ${least})`;
}

/** Rounded down, so that no fault seems to reach what it lacks. */
function shown(ratio: number): string {
  return (Math.floor(ratio * 100) / 100).toFixed(2);
}
