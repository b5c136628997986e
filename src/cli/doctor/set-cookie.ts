import { createHmac, timingSafeEqual } from 'node:crypto';

/** A cookie as a browser reads it. */
export interface SetCookie {
  name: string;
  /** Decoded. */
  value: string;
  /** Attributes by their names in small letters. */
  attributes: ReadonlyMap<string, string>;
}

/** The cookie with this name among `Set-Cookie` headers; the last one counts. */
export function cookieOf(lines: readonly string[], name: string): SetCookie | undefined {
  return lines.map((line) => parsed(line)).findLast((cookie) => cookie.name === name);
}

/** RFC 6265, section 5.2. */
function parsed(line: string): SetCookie {
  const [pair = '', ...rest] = line.split(';');
  const [name, value] = halves(pair);
  const attributes = rest.map((text) => {
    const [key, content] = halves(text);
    return [key.toLowerCase(), content] as const;
  });
  return { name, value: decoded(value), attributes: new Map(attributes) };
}

function halves(text: string): [string, string] {
  const at = text.indexOf('=');
  return at < 0 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** Whether `cookie-parser` signed this value with this secret: `s:VALUE.SIGNATURE`. */
export function isSignedWith(signed: string, secret: string): boolean {
  const dot = signed.lastIndexOf('.');
  if (!signed.startsWith('s:') || dot < 0) return false;
  const digest = createHmac('sha256', secret).update(signed.slice(2, dot)).digest('base64');
  const [own, given] = [digest.replace(/=+$/, ''), signed.slice(dot + 1)].map((text) =>
    Buffer.from(text),
  ) as [Buffer, Buffer];
  return own.length === given.length && timingSafeEqual(own, given);
}
