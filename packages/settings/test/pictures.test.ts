import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { kind } from '@portico/settings';

const folder = mkdtempSync(join(tmpdir(), 'portico-pictures-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const svg = (attributes: string) =>
  `<?xml version="1.0"?>\n<!-- a -->\n<svg ${attributes}><g/></svg>`;

function png(width: number, height: number): Buffer {
  const head = Buffer.from('\x89PNG\r\n\x1A\n\0\0\0\rIHDR________\b', 'latin1');
  head.writeUInt32BE(width, 16);
  head.writeUInt32BE(height, 20);
  return head;
}
const webp = 'RIFF____WEBPVP8 ';

describe('a logo', () => {
  test.each([
    ['viewBox="0 0 160 40"', { width: 160, height: 40 }],
    ["viewBox='-8,-8 16,16'", { width: 16, height: 16 }],
    ['width="10" height="20px"', { width: 10, height: 20 }],
    ['width="100%" height="100%" viewBox="0 0 1.5 3"', { width: 1.5, height: 3 }],
    ['width="100%" height="2em"', undefined],
    ['viewBox="0 0 0 0"', undefined],
    ['', undefined],
  ])('may be a drawing: <svg %s>', (attributes, size) => {
    const path = file('a.svg', svg(attributes));
    expect(kind.logo(path)).toEqual({ path, type: 'image/svg+xml', ...(size && { size }) });
  });

  test('may be a PNG or a WebP', () => {
    const path = file('a.png', png(300, 200));
    const size = { width: 300, height: 200 };
    expect(kind.logo(path)).toEqual({ path, type: 'image/png', size });
    const other = file('a.webp', webp);
    expect(kind.logo(other)).toEqual({ path: other, type: 'image/webp' });
  });

  test.each([
    ['not there', '/no/such/logo.svg'],
    ['a folder', folder],
    ['another type', file('a.gif', 'GIF89a')],
    ['no type', file('logo', svg(''))],
    ['empty', file('empty.svg', '')],
    ['no drawing', file('page.svg', '<html></html>')],
    ['a drawing that is called a PNG', file('drawing.png', svg(''))],
    ['a PNG that is called a drawing', file('png.svg', png(1, 1))],
    ['a PNG that is called a WebP', file('png.webp', png(1, 1))],
    ['a PNG that is cut off', file('cut.png', png(1, 1).subarray(0, 20))],
  ])('is not: %s', (_what, path) => expect(kind.logo(path)).toBeUndefined());
});

describe('an icon', () => {
  test.each([
    ['a square PNG', file('square.png', png(180, 180))],
    ['a square drawing', file('square.svg', svg('viewBox="0 0 44 44"'))],
    ['almost square', file('almost.png', png(180, 160))],
    ['a drawing of no known size', file('unknown.svg', svg(''))],
  ])('may be %s', (_what, path) => expect(kind.icon(path)?.path).toBe(path));

  test.each([
    ['a wide one', file('wide.png', png(180, 90))],
    ['a high drawing', file('high.svg', svg('viewBox="0 0 10 34"'))],
    ['a WebP', file('icon.webp', webp)],
    ['none', '/no/such/icon.png'],
  ])('is not: %s', (_what, path) => expect(kind.icon(path)).toBeUndefined());
});

test.each([
  ['#0b5a7d', '#0b5a7d'],
  ['#FFB02E', '#ffb02e'],
  ['0b5a7d', undefined],
  ['#fff', undefined],
  ['#0b5a7d80', undefined],
  ['teal', undefined],
])('the colour %s is read as %s', (given, colour) => expect(kind.colour(given)).toBe(colour));
