/**
 * The colours of a brand, light and dark, derived from its accent and checked to be readable.
 */
export { contrast } from './colour.ts';
export { deriveAccent, derivePalette, type Change, type Derived } from './derive.ts';
export { faintPairs, type FaintPair } from './pairs.ts';
export {
  accentNames,
  greyNames,
  portico,
  type AccentName,
  type GreyName,
  type Palette,
  type Theme,
  type TokenName,
  type Tokens,
} from './tokens.ts';
