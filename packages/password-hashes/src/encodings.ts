/**
 * Base64 with or without padding. A dot may stand for the plus, as passlib has it.
 * @returns `undefined` if it is something else
 */
export function fromBase64(text: string): Buffer | undefined {
  if (!/^[A-Za-z0-9+/.]+={0,2}$/.test(text)) return undefined;
  const bare = text.replace(/=+$/, '');
  return bare.length % 4 === 1 ? undefined : Buffer.from(bare.replaceAll('.', '+'), 'base64');
}

/**
 * Base64 as the PHC string format has it: without padding, and without bits that mean nothing.
 * @returns `undefined` if it is something else
 */
export function fromBare64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text ? bytes : undefined;
}

/** Hex digits. @returns `undefined` if it is something else */
export function fromHex(text: string): Buffer | undefined {
  return /^([\da-f]{2})+$/i.test(text) ? Buffer.from(text, 'hex') : undefined;
}

/** A decimal number of one to ten digits, without zeros before it; else `NaN`. */
export function fromDecimal(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : Number.NaN;
}

/** `ln=16,r=8,p=1` of the PHC string format as a map; `undefined` if it is something else. */
export function fromParameters(text: string): Map<string, number> | undefined {
  const pairs = text.split(',').map((pair) => pair.split('='));
  const isRight = pairs.every(([name, value, more]) => {
    return name !== '' && more === undefined && !Number.isNaN(fromDecimal(value));
  });
  return isRight ? new Map(pairs.map(([name = '', value]) => [name, Number(value)])) : undefined;
}
