/** CHANGE HERE: which names of apps people could take for that of the house. */
import { createRequire } from 'node:module';
import type { OAuth2Client } from '@portico/hydra-admin';
import type unhomoglyph from 'unhomoglyph';
import { isChecked, type ConsentPolicy } from './consent.ts';

/** Latin letters that look alike in most typefaces, beside those that Unicode lists. */
const alike: [letters: RegExp, as: string][] = [
  [/[i1|!]/g, 'l'],
  [/0/g, 'o'],
  [/vv/g, 'w'],
];
/** Letters of other sizes and in signs, which Unicode does not list: small capitals, 🅐, 🅰 and 🇦. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz';
const drawn = new Map<string, string>([
  ...Array.from('ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘ·ʀꜱᴛᴜᴠᴡ·ʏᴢ', (letter, i) => [letter, alphabet[i]!] as const),
  ...[0x1f150, 0x1f170, 0x1f1e6].flatMap((first) =>
    Array.from(alphabet, (letter, i) => [String.fromCodePoint(first + i), letter] as const),
  ),
]);
drawn.delete('·');

/** Shorter names are parts of other words by chance, except in scripts of few signs a word. */
const leastInside = 4;
const fewSigns = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/**
 * Whether an app that nobody has checked calls itself like the house.
 * @param name of the app, as it is shown
 * @param house what people know the house by: `BRAND_NAME`, `BRAND_SHORT_NAME`
 */
export function isImitation(
  client: OAuth2Client,
  { name, house, policy }: { name: string; house: readonly string[]; policy: ConsentPolicy },
): boolean {
  return !isChecked(client, policy) && house.some((own) => callsItselfLike(name, own));
}

/**
 * Whether an app calls itself like the house, or almost. Letters are compared without case, accents,
 * blanks and signs, and those that look the same count as the same (Unicode TR 39, "skeleton").
 * @param name of the app, as it is shown
 * @param house `BRAND_NAME`
 */
export function callsItselfLike(name: string, house: string): boolean {
  const wanted = skeletonOf(house);
  if (wanted === '') return false;
  const whole = skeletonOf(name);
  if (wanted.length >= leastInside || fewSigns.test(wanted)) return whole.includes(wanted);
  return (
    whole === wanted || name.split(/[^\p{L}\p{N}]+/u).some((word) => skeletonOf(word) === wanted)
  );
}

function skeletonOf(text: string): string {
  // Twice: some letters look like others only as capitals, and some only as small ones.
  let skeleton = latinOf(latinOf(text).toLowerCase());
  for (const [letters, as] of alike) skeleton = skeleton.replace(letters, as);
  return skeleton.replace(/[^\p{L}\p{N}]/gu, '');
}

/** Unicode's table of letters that look alike. It is large, so it is loaded with the first name to compare. */
let tabled: typeof unhomoglyph | undefined;
const load = createRequire(import.meta.url);

/** Looks like a C, but NFKD makes a Σ of it. */
const lunate = /[ϲϹ]/g;

function latinOf(text: string): string {
  tabled ??= load('unhomoglyph') as typeof unhomoglyph;
  const plain = tabled(text.replace(lunate, 'c').normalize('NFKD').replace(/\p{M}/gu, ''));
  const letters = Array.from(plain, (letter) => drawn.get(letter) ?? letter).join('');
  return letters.normalize('NFKD').replace(/\p{M}/gu, '');
}
