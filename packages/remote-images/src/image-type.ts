import { ImageFault } from './image-fault.ts';
import { isSvg } from './svg.ts';

export type ImageType = 'image/png' | 'image/jpeg' | 'image/webp' | 'image/svg+xml; charset=utf-8';

export interface Image {
  type: ImageType;
  bytes: Buffer;
}

interface Size {
  width: number;
  height: number;
}

interface Format {
  type: ImageType;
  isIt: (bytes: Buffer) => boolean;
  /** `undefined` when it is not to be found. Like all of these, throws when the bytes end too early. */
  sizeOf: (bytes: Buffer) => Size | undefined;
  isAnimated: (bytes: Buffer) => boolean;
}

const latin = (bytes: Buffer, from: number, to: number): string =>
  bytes.toString('latin1', from, to);

const formats: Format[] = [
  {
    type: 'image/png',
    isIt: (bytes) => latin(bytes, 0, 16) === '\x89PNG\r\n\x1A\n\0\0\0\rIHDR',
    sizeOf: (bytes) => ({ width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }),
    isAnimated: isAnimatedPng,
  },
  {
    type: 'image/jpeg',
    isIt: (bytes) => latin(bytes, 0, 3) === '\xFF\xD8\xFF',
    sizeOf: sizeOfJpeg,
    isAnimated: () => false,
  },
  {
    type: 'image/webp',
    isIt: (bytes) => latin(bytes, 0, 4) === 'RIFF' && latin(bytes, 8, 12) === 'WEBP',
    sizeOf: sizeOfWebp,
    isAnimated: (bytes) => latin(bytes, 12, 16) === 'VP8X' && (bytes.readUInt8(20) & 2) !== 0,
  },
];

/**
 * The picture that the bytes are. Only as much is read as tells what it is: it is not decoded.
 * @param mostPixels in width and in height: a few bytes can be a picture that fills all memory
 * @throws ImageFault `type`, `animated`, `dimensions`
 */
export function imageOf(bytes: Buffer, mostPixels: number): Image {
  const format = formats.find(({ isIt }) => isIt(bytes));
  if (!format) return { type: 'image/svg+xml; charset=utf-8', bytes: svgOf(bytes) };
  try {
    const { width, height } = format.sizeOf(bytes) ?? { width: 0, height: 0 };
    const isFit = Math.min(width, height) > 0 && Math.max(width, height) <= mostPixels;
    if (!isFit) throw new ImageFault('dimensions');
    if (format.isAnimated(bytes)) throw new ImageFault('animated');
  } catch (error) {
    // What Node throws means that the bytes end too early.
    throw error instanceof ImageFault ? error : new ImageFault('type');
  }
  return { type: format.type, bytes };
}

function svgOf(bytes: Buffer): Buffer {
  const svg = isSvg(bytes);
  if (svg !== true) throw new ImageFault(svg === 'animated' ? 'animated' : 'type');
  return bytes;
}

/** @see https://www.w3.org/TR/png-3/#acTL-chunk: it comes before the picture, or does not count */
function isAnimatedPng(bytes: Buffer): boolean {
  for (let at = 8; at + 8 <= bytes.length; at += 12 + bytes.readUInt32BE(at)) {
    const chunk = latin(bytes, at + 4, at + 8);
    if (chunk === 'acTL') return true;
    if (chunk === 'IDAT') return false;
  }
  throw new ImageFault('type');
}

/** The first "start of frame" has it: C0 to CF, without C4, C8 and CC. */
function sizeOfJpeg(bytes: Buffer): Size | undefined {
  let at = 2;
  while (bytes.readUInt8(at) === 0xff) {
    const marker = bytes.readUInt8(at + 1);
    const isFill = marker === 0xff;
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    if (marker === 0xda || marker === 0xd9) return undefined;
    at += isFill ? 1 : 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}

/** @see https://developers.google.com/speed/webp/docs/riff_container */
function sizeOfWebp(bytes: Buffer): Size | undefined {
  const chunk = latin(bytes, 12, 16);
  if (chunk === 'VP8X') {
    return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  }
  if (chunk === 'VP8L' && bytes.readUInt8(20) === 0x2f) {
    const bits = bytes.readUInt32LE(21);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (chunk === 'VP8 ' && bytes.readUIntBE(23, 3) === 0x9d012a) {
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  }
  return undefined;
}
