/** `screens/index.html`: all pictures of the screens on one page, and what has changed in them. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bank, tutti, type HouseBrand } from './brands.ts';
import { screens } from './screens.ts';

export const pictureFolder = fileURLToPath(new URL('../../../screens/', import.meta.url));

export interface View {
  name: string;
  window: 'wide' | 'phone' | 'narrow';
  colorScheme?: 'light' | 'dark';
  locale?: string;
  /** Portico's own when it is not given. */
  brand?: HouseBrand;
}

/** Each screen is drawn in each of them. */
export const views: View[] = [
  { name: 'light', window: 'wide' },
  { name: 'dark', window: 'wide', colorScheme: 'dark' },
  { name: 'phone', window: 'phone' },
  { name: 'narrow', window: 'narrow', colorScheme: 'dark' },
  { name: 'right-to-left', window: 'phone', locale: 'ar' },
  { name: 'german', window: 'phone', locale: 'de' },
  { name: 'bank', window: 'phone', locale: 'de', brand: bank },
  { name: 'tutti', window: 'phone', brand: tutti },
];

export function viewOf(name: string): View {
  return views.find((view) => view.name === name)!;
}

/** Playwright calls it when all pictures are taken. */
export default function writeGallery(): void {
  mkdirSync(pictureFolder, { recursive: true });
  const taken = new Set(readdirSync(pictureFolder).filter((file) => file.endsWith('.png')));
  const rows = screens.map(([screen]) => {
    const cells = views
      .map(({ name }) => `${screen}-${name}.png`)
      .filter((file) => taken.has(file))
      .map(figure);
    return cells.length > 0
      ? `<h2 id="${screen}">${screen}</h2>\n<div>${cells.join('\n')}</div>`
      : '';
  });
  const changed = [...taken].filter(hasChanged);
  writeFileSync(join(pictureFolder, 'index.html'), pageOf(rows.join('\n'), changed));
}

function figure(file: string): string {
  const name = file.replace(/\.png$/, '');
  const [before, now] = [`<img src="before/${file}" alt="">`, `<img src="${file}" alt="">`];
  const comparison = hasChanged(file)
    ? `<details id="${name}"><summary>changed</summary>${before}${now}<span>${before}${now}</span></details>`
    : '';
  return `<figure><a href="${file}">${now}</a><figcaption>${name}</figcaption>${comparison}</figure>`;
}

function hasChanged(file: string): boolean {
  const before = join(pictureFolder, 'before', file);
  return existsSync(before) && hashOf(before) !== hashOf(join(pictureFolder, file));
}

const hashOf = (path: string): string =>
  createHash('sha256').update(readFileSync(path)).digest('hex');

function pageOf(rows: string, changed: string[]): string {
  const names = changed.map((file) => file.replace(/\.png$/, ''));
  const links = names.map((name) => `<a href="#${name}">${name}</a>`).join(', ');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Screens</title>
<style>
body { margin: 24px; background: #9aa0ab; font: 14px system-ui, sans-serif; }
div { display: flex; gap: 16px; align-items: start; overflow-x: auto; }
figure { margin: 0; flex: none; }
a img { inline-size: 300px; }
details > img, span img { inline-size: 390px; }
/* What is the same is black. */
span { position: relative; display: inline-grid; }
span img { grid-area: 1 / 1; }
span img + img { mix-blend-mode: difference; }
</style>
<h1>${screens.length} screens</h1>
<p>${changed.length === 0 ? 'Nothing differs from the run before.' : `Changed since the run before: ${links}.`}</p>
${rows}
</html>
`;
}
