/** Colours by the names of the custom properties that hold them in a style sheet, without `--`. */
export type Tokens<Name extends string = TokenName> = Record<Name, string>;

/** They take the hue of the accent and keep their lightness. */
export const greyNames = [
  'canvas',
  'surface',
  'field',
  'ink',
  'ink-soft',
  'well',
  'soft-button',
  'soft-button-hover',
  'line',
  'edge',
] as const;

/** They are made from the accent. */
export const accentNames = [
  'accent',
  'accent-strong',
  'accent-soft',
  'fill',
  'fill-strong',
  'on-fill',
] as const;

/** They mean the same under every brand, so they stay. */
const signalNames = [
  'danger',
  'danger-soft',
  'caution',
  'caution-soft',
  'good',
  'good-soft',
] as const;

export type GreyName = (typeof greyNames)[number];
export type AccentName = (typeof accentNames)[number];
export type SignalName = (typeof signalNames)[number];
export type TokenName = GreyName | AccentName | SignalName;

export type Theme = 'light' | 'dark';

/** The same colours for both themes, as `#rrggbb`. */
export type Palette<Name extends string = TokenName> = Record<Theme, Tokens<Name>>;

/** The colours of Portico itself, drawn by hand: what a brand does not derive comes from here. */
export const portico: Palette = {
  light: {
    canvas: '#f1f4f6',
    surface: '#ffffff',
    field: '#ffffff',
    ink: '#15202b',
    'ink-soft': '#4f5b68',
    well: '#f5f7f9',
    'soft-button': '#e9edf1',
    'soft-button-hover': '#dce2e8',
    line: '#dde3e8',
    edge: '#7b8692',
    accent: '#0b5a7d',
    'accent-strong': '#08455f',
    'accent-soft': '#e4f0f6',
    fill: '#0b5a7d',
    'fill-strong': '#08455f',
    'on-fill': '#ffffff',
    danger: '#ad231b',
    'danger-soft': '#fdeeec',
    caution: '#7a4a00',
    'caution-soft': '#fdf3df',
    good: '#17663a',
    'good-soft': '#e5f3ea',
  },
  dark: {
    canvas: '#0c1116',
    surface: '#171d24',
    field: '#10161c',
    ink: '#e8edf2',
    'ink-soft': '#a6b2be',
    well: '#1d252d',
    'soft-button': '#2a343e',
    'soft-button-hover': '#35414d',
    line: '#2b343e',
    edge: '#73808d',
    accent: '#83c7e8',
    'accent-strong': '#a9dbf3',
    'accent-soft': '#15303e',
    fill: '#83c7e8',
    'fill-strong': '#a9dbf3',
    'on-fill': '#06202e',
    danger: '#ffa198',
    'danger-soft': '#351c1c',
    caution: '#f0c067',
    'caution-soft': '#2f2613',
    good: '#84d6a3',
    'good-soft': '#15301f',
  },
};
