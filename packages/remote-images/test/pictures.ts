/** Small pictures, and such as only claim to be one. */
import { crc32 } from 'node:zlib';

const base64 = (text: string): Buffer => Buffer.from(text, 'base64');

/** A PNG of one black pixel that says it has this size. */
export function png({ width = 1, height = 1, isAnimated = false } = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1A\n', 'latin1'),
    chunk('IHDR', header),
    ...(isAnimated ? [chunk('acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0]))] : []),
    chunk('IDAT', base64('eJxjYAAAAAIAAQ==')),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, content: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}

/** Of 3 × 2 pixels. */
export const jpeg = base64(
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABsSFBcUERsXFhceHBsgKEIrKCUlKFE6PTBCYFVlZF9VXVtqeJmBanGQc1td' +
    'hbWGkJ6jq62rZ4C8ybqmx5moq6T/2wBDARweHigjKE4rK06kbl1upKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSkpKSk' +
    'pKSkpKSkpKSkpKSkpKSkpKSkpKT/wAARCAACAAMDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAT/xAAUEAEA' +
    'AAAAAAAAAAAAAAAAAAAA/8QAFQEBAQAAAAAAAAAAAAAAAAAABAX/xAAUEQEAAAAAAAAAAAAAAAAAAAAA/9oADAMBAAIR' +
    'AxEAPwCEBTGf/9k=',
);

/** Of 3 × 2 pixels, in the three formats of WebP. */
export const webp = {
  lossy: base64('UklGRjIAAABXRUJQVlA4ICYAAACQAQCdASoDAAIABABoJaACdLoAA5gA/uns/+drYYgx4crH1KoAAA=='),
  lossless: base64('UklGRh4AAABXRUJQVlA4TBEAAAAvAkAAAAdQqKIUuf+BiOh/AAA='),
  extended: extendedWebp(),
};

/** @param flags 2 says that it is animated */
export function extendedWebp({ width = 3, height = 2, flags = 0 } = {}): Buffer {
  const header = Buffer.alloc(18);
  header.write('VP8X', 'latin1');
  header[4] = 10;
  header[8] = flags;
  header.writeUIntLE(width - 1, 12, 3);
  header.writeUIntLE(height - 1, 15, 3);
  const content = Buffer.concat([
    Buffer.from('WEBP'),
    header,
    base64('VlA4TBEAAAAvAkAAAAdQqKIUuf+BiOh/AAA='),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from('RIFF'), size, content]);
}

export const svg = (inside = '<circle r="4"/>', before = ''): Buffer =>
  Buffer.from(`${before}<svg xmlns="http://www.w3.org/2000/svg">${inside}</svg>`);
