import { readFileSync } from 'node:fs';

/** A picture in a file, as far as its first bytes tell. */
export interface Picture {
  path: string;
  type: 'image/svg+xml' | 'image/png' | 'image/webp';
  /** In pixels; `undefined` where only its reader could find out. */
  size?: { width: number; height: number };
}

/** Drawing programs write comments and entities before the drawing. */
const longestHead = 64 * 1024;
/** How much longer one side may be: drawings are often cut off at their outline. */
const squareWithin = 1.2;

/** The picture in the file with this path, if it is what its extension says. */
export function logo(path: string): Picture | undefined {
  const content = contentOf(path);
  if (!content) return undefined;
  if (path.endsWith('.svg')) return svgPicture(path, content);
  if (path.endsWith('.png')) return pngPicture(path, content);
  const isWebp =
    content.toString('latin1', 0, 4) === 'RIFF' && content.toString('latin1', 8, 12) === 'WEBP';
  return path.endsWith('.webp') && isWebp ? { path, type: 'image/webp' } : undefined;
}

/** A picture as for `logo`, an SVG or a PNG, that is about as wide as it is high. */
export function icon(path: string): Picture | undefined {
  const picture = logo(path);
  if (!picture || picture.type === 'image/webp') return undefined;
  const { width, height } = picture.size ?? { width: 1, height: 1 };
  return Math.max(width / height, height / width) <= squareWithin ? picture : undefined;
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

function pngPicture(path: string, content: Buffer): Picture | undefined {
  const isPng = content.toString('latin1', 0, 8) === '\x89PNG\r\n\x1A\n' && content.length > 24;
  if (!isPng) return undefined;
  const size = { width: content.readUInt32BE(16), height: content.readUInt32BE(20) };
  return { path, type: 'image/png', ...(size.width && size.height && { size }) };
}

/** Its size is that of its view box, or else that of its attributes. */
function svgPicture(path: string, content: Buffer): Picture | undefined {
  const head = content.toString('utf8', 0, longestHead);
  const [root] = /<svg\b[^>]*/.exec(head) ?? [];
  if (root === undefined) return undefined;
  const box = /\sviewBox\s*=\s*["']\s*[-\d.e]+[\s,]+[-\d.e]+[\s,]+([\d.e]+)[\s,]+([\d.e]+)/.exec(
    root,
  );
  const width = Number(box?.[1] ?? attribute(root, 'width'));
  const height = Number(box?.[2] ?? attribute(root, 'height'));
  const isKnown = width > 0 && height > 0 && Number.isFinite(width * height);
  return { path, type: 'image/svg+xml', ...(isKnown && { size: { width, height } }) };
}

function attribute(root: string, name: string): string {
  return new RegExp(`\\s${name}\\s*=\\s*["']([\\d.]+)(?:px)?["']`).exec(root)?.[1] ?? '';
}
