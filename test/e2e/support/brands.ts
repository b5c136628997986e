/** Houses whose look comes from settings alone: a bank and a maker of ice cream, and two apps of theirs. */
import { fileURLToPath } from 'node:url';

export interface HouseBrand {
  /** Of a world and its pictures. */
  name: 'bank' | 'tutti';
  /** For `loadConfig`. */
  settings: Record<string, string>;
}

const file = (name: string) => fileURLToPath(new URL(`../brands/${name}`, import.meta.url));

export const bank = {
  name: 'bank',
  settings: {
    BRAND_NAME: 'Nordlicht Genossenschaftsbank',
    BRAND_SHORT_NAME: 'Nordlicht',
    BRAND_ACCENT: '#6b2fa0',
    BRAND_RADIUS: '6',
    BRAND_LOGO: file('bank.svg'),
    BRAND_LOGO_DARK: file('bank-dark.svg'),
    BRAND_LOGO_HAS_NAME: 'true',
    BRAND_ICON: file('bank-icon.png'),
    SUPPORT_URL: 'https://nordlicht.example/hilfe',
    PRIVACY_URL: 'https://nordlicht.example/datenschutz',
    TERMS_URL: 'https://nordlicht.example/agb',
  },
} as const satisfies HouseBrand;

/** Its accent is too light for words on white. */
export const tutti = {
  name: 'tutti',
  settings: {
    BRAND_NAME: 'Tutti',
    BRAND_ACCENT: '#ffb02e',
    BRAND_RADIUS: '16',
    BRAND_LOGO: file('tutti.svg'),
    BRAND_LOGO_DARK: file('tutti-dark.svg'),
    BRAND_LOGO_HAS_NAME: 'true',
    BRAND_ICON: file('tutti-icon.svg'),
    SUPPORT_URL: 'https://tutti.example/help',
    PRIVACY_URL: 'https://tutti.example/privacy',
    TERMS_URL: 'https://tutti.example/terms',
  },
} as const satisfies HouseBrand;

export const brands: readonly HouseBrand[] = [bank, tutti];

/** Checked apps of the two houses; `logo` is a file for their `logo_uri`. */
export const belegmeister = {
  client: { client_name: 'Belegmeister', metadata: { checked: true } },
  logo: file('belegmeister.svg'),
};
export const moonbar = {
  client: {
    client_name: 'Moonbar',
    metadata: {
      checked: true,
      brand: { accent: '#4a3fd1', lead: 'Stamps for your late-night scoops.' },
    },
  },
  logo: file('moonbar.svg'),
};
