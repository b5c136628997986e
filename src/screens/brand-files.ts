/** The files of a brand that are not in `public/`: its pictures, its colours and its manifest. */
import { extname, resolve } from 'node:path';
import { accentNames, deriveAccent, greyNames, portico, type TokenName } from '@portico/palette';
import type { Palette } from '@portico/palette';
import type { Picture } from '@portico/settings';
import { LRUCache } from 'lru-cache';
import type { Brand } from './brand-settings.ts';
import type { MoreFiles } from './static-files.ts';

const sheetName = 'brand.css';
const manifestName = 'brand.webmanifest';
const porticosLogo = 'logo.svg';
const accentSheetName = /^accent\/([\da-f]{6})\.css$/;
/** A sheet has 400 bytes. */
const mostSheets = 500;
const heights = { wordmark: 34, besideName: 28 };

/**
 * The style sheet of an accent is made when it is asked for: its address says all that is in it. So
 * each instance can serve it for a page of any other, and nobody can put anything else there.
 * Making one takes half a millisecond, less than a page; the last 500 are kept.
 */
export function brandFiles(brand: Brand, base: string): MoreFiles {
  const around = brand.colours?.palette ?? portico;
  const sheets = new LRUCache<string, string>({ max: mostSheets });

  function make(name: string): string | undefined {
    const [, digits] = accentSheetName.exec(name) ?? [];
    if (digits === undefined) return undefined;
    const sheet =
      sheets.get(digits) ?? colourRules(deriveAccent(`#${digits}`, around).palette, accentNames);
    sheets.set(digits, sheet);
    return sheet;
  }

  const sheet = brandSheet(brand);
  return {
    paths: Object.fromEntries(picturesOf(brand).map(({ name, path }) => [name, resolve(path)])),
    texts: {
      ...(sheet && { [sheetName]: sheet }),
      [manifestName]: manifestOf(brand, base),
    },
    make,
    samples: ['#0b5a7d', '#ffb02e', '#ffffff', '#808080'].map(accentSheet),
  };
}

/** The name of the style sheet for clients with this accent. */
export function accentSheet(accent: string): string {
  return `accent/${accent.slice(1)}.css`;
}

/** The local `brand` of every view. */
export function brandLocals(brand: Brand, asset: (name: string) => string) {
  const { name, shortName, isPortico, logo, darkLogo, logoHasName, icon } = brand;
  const { light, dark } = brand.colours?.palette ?? portico;
  const iconAddress = asset(icon ? nameOf('icon', icon) : porticosLogo);
  return {
    name,
    shortName,
    isPortico,
    supportUrl: brand.supportUrl,
    privacyUrl: brand.privacyUrl,
    termsUrl: brand.termsUrl,
    sheet: brandSheet(brand) && asset(sheetName),
    manifest: asset(manifestName),
    icon: iconAddress,
    /** iOS takes nothing but PNG. */
    touchIcon: icon?.type === 'image/png' ? iconAddress : undefined,
    /** What browsers draw around the page. */
    themeColour: { light: light.surface, dark: dark.surface },
    logo: logo && {
      href: asset(nameOf('logo', logo)),
      darkHref: darkLogo && asset(nameOf('logo-dark', darkLogo)),
      hasName: logoHasName,
      ...boxOf(logo, logoHasName ? heights.wordmark : heights.besideName),
    },
  };
}

/** Its height, and the width that keeps what follows in place until the picture is there. */
function boxOf({ size }: Picture, height: number) {
  return { height, width: size && Math.round((height * size.width) / size.height) };
}

function nameOf(role: string, { path }: Picture): string {
  return `brand-${role}${extname(path)}`;
}

function picturesOf({ logo, darkLogo, icon }: Brand): { name: string; path: string }[] {
  return Object.entries({ logo, 'logo-dark': darkLogo, icon }).flatMap(([role, picture]) =>
    picture ? [{ name: nameOf(role, picture), path: picture.path }] : [],
  );
}

/** What the settings change in the style sheet; empty when they change nothing. */
function brandSheet({ colours, radius }: Brand): string {
  const corners = radius === undefined ? '' : `:root{--radius:${radius}px}`;
  const names = [...greyNames, ...accentNames];
  return corners + (colours ? colourRules(colours.palette, names) : '');
}

function colourRules({ light, dark }: Palette, names: readonly TokenName[]): string {
  const rule = (colours: Record<TokenName, string>) =>
    `:root{${names.map((name) => `--${name}:${colours[name]}`).join(';')}}`;
  return `${rule(light)}@media(prefers-color-scheme:dark){${rule(dark)}}`;
}

/** Addresses in it are relative to its own, so that they have the right hash. */
function manifestOf(brand: Brand, base: string): string {
  const { light } = brand.colours?.palette ?? portico;
  const { icon } = brand;
  const size = icon?.size && `${icon.size.width}x${icon.size.height}`;
  const isDrawing = !icon || icon.type === 'image/svg+xml';
  const sizes = isDrawing ? 'any' : size;
  return JSON.stringify({
    name: brand.name,
    short_name: brand.shortName,
    start_url: `${base}/`,
    display: 'browser',
    theme_color: light.surface,
    background_color: light.surface,
    icons: [
      {
        src: icon ? nameOf('icon', icon) : porticosLogo,
        type: icon?.type ?? 'image/svg+xml',
        ...(sizes && { sizes }),
      },
    ],
  });
}
