/** What counts as a picture. */
import { describe, expect, test } from '@jest/globals';
import { ImageFault } from '../src/index.ts';
import { imageOf } from '../src/image-type.ts';
import { extendedWebp, jpeg, png, svg, webp } from './pictures.ts';

function verdictOn(bytes: Buffer, mostPixels = 2_048): string {
  try {
    return imageOf(bytes, mostPixels).type;
  } catch (error) {
    if (error instanceof ImageFault) return error.reason;
    throw error;
  }
}

const svgType = 'image/svg+xml; charset=utf-8';
const samples: [string, Buffer, string][] = [
  ['PNG', png(), 'image/png'],
  ['JPEG', jpeg, 'image/jpeg'],
  ['lossy WebP', webp.lossy, 'image/webp'],
  ['lossless WebP', webp.lossless, 'image/webp'],
  ['extended WebP', webp.extended, 'image/webp'],
  ['SVG', svg(), svgType],
];

test.each(samples)('a %s is told by its bytes, which stay as they are', (_name, bytes, type) => {
  expect(imageOf(bytes, 2_048)).toEqual({ type, bytes });
});

test.each(samples)('a %s that is cut or spoilt anywhere is judged in time', (_name, bytes) => {
  const verdicts = new Set<string>();
  for (let at = 0; at < bytes.length; at++) {
    verdicts.add(verdictOn(bytes.subarray(0, at)));
    for (const value of [0x00, 0x7f, 0xff]) {
      const spoilt = Buffer.from(bytes);
      spoilt[at] = value;
      verdicts.add(verdictOn(spoilt));
    }
  }
  expect(verdicts).toContain('type');
});

describe('the size', () => {
  const sized: [string, (width: number, height: number) => Buffer][] = [
    ['PNG', (width, height) => png({ width, height })],
    ['extended WebP', (width, height) => extendedWebp({ width, height })],
    ['JPEG', (width, height) => patched(jpeg, 163, [height >> 8, height, width >> 8, width])],
    [
      'lossy WebP',
      (width, height) => patched(webp.lossy, 26, [width, width >> 8, height, height >> 8]),
    ],
    ['lossless WebP', losslessWebp],
  ];

  test.each(sized)('of a %s is 2048 at most, either way', (_name, made) => {
    expect(verdictOn(made(2_048, 1))).toMatch(/^image/);
    expect(verdictOn(made(1, 2_048))).toMatch(/^image/);
    expect(verdictOn(made(2_049, 1))).toBe('dimensions');
    expect(verdictOn(made(1, 2_049))).toBe('dimensions');
    expect(verdictOn(made(16_000, 16_000))).toBe('dimensions');
  });

  test('is more than nothing', () => {
    expect(verdictOn(png({ width: 0 }))).toBe('dimensions');
    expect(verdictOn(png({ height: 0 }))).toBe('dimensions');
    expect(verdictOn(patched(jpeg, 163, [0, 0, 0, 3]))).toBe('dimensions');
    expect(verdictOn(jpeg.subarray(0, jpeg.indexOf('\xFF\xC0', 'latin1')))).toBe('type');
  });
});

function patched(bytes: Buffer, at: number, values: number[]): Buffer {
  const copy = Buffer.from(bytes);
  copy.set(
    values.map((value) => value & 255),
    at,
  );
  return copy;
}

function losslessWebp(width: number, height: number): Buffer {
  const copy = Buffer.from(webp.lossless);
  copy.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21);
  return copy;
}

test.each([
  ['a PNG', png({ isAnimated: true })],
  ['a WebP', extendedWebp({ flags: 2 })],
  ['an SVG', svg('<circle r="4"><animate attributeName="r" to="9"/></circle>')],
  ['an SVG with a prefix', svg('<svg:animateTransform/>')],
  ['an SVG by style', svg('<style>@keyframes x { to { opacity: 0 } }</style>')],
])('%s that moves is refused', (_name, bytes) => expect(verdictOn(bytes)).toBe('animated'));

test.each([
  ['with a declaration', svg('', '<?xml version="1.0"?>\n<!-- by hand -->\n')],
  ['with a document type', svg('', '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "svg11.dtd">')],
  ['with a byte order mark', svg('', '\uFEFF')],
  ['with a prefix', Buffer.from('<s:svg xmlns:s="http://www.w3.org/2000/svg"/>')],
])('an SVG %s is one', (_name, bytes) => expect(verdictOn(bytes)).toBe(svgType));

const entities = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>';
test.each([
  ['nothing', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(1_000)],
  ['HTML', Buffer.from('<!DOCTYPE html><title>x</title>')],
  ['HTML with an SVG in it', svg('', '<html><body>')],
  ['an SVG with entities', svg('&b;', entities)],
  ['an SVG in no namespace', Buffer.from('<svg/>')],
  ['an SVG in UTF-16', Buffer.from(svg().toString(), 'utf16le')],
  ['an SVG in Latin-1', Buffer.concat([svg(), Buffer.from([0xe4])])],
  ['an unfinished comment', svg('', '<!-- ')],
  ['a GIF', Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')],
  ['an icon', Buffer.from([0, 0, 1, 0, 1, 0, 16, 16])],
  ['a BMP', Buffer.from('BM\0\0\0\0')],
  ['an AVIF', Buffer.from('\0\0\0\x1Cftypavif\0\0\0\0', 'latin1')],
  ['JSON', Buffer.from('{"error":"gone"}')],
])('%s is no picture', (_name, bytes) => expect(verdictOn(bytes)).toBe('type'));
