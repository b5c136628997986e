/** Marks of the settings, by which instances can be compared without showing a value. */
import { createHash, createHmac, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { textsOf, type Environment, type Settings } from '@portico/settings';

export interface Fingerprint {
  /** A mark for each setting that all instances must share, by name; none where it is not set. */
  settings: Record<string, string>;
  /**
   * The same for secrets: a mark under each COOKIE_SECRET, in their order. Two instances have the same
   * secret when these lists have a mark in common; with no COOKIE_SECRET in common, no other secret can
   * be compared.
   */
  secrets: Record<string, string[]>;
}

const markDigits = 12;
const keyLength = 32;
const derive = promisify<string, string, number, Buffer>(scrypt);

/**
 * Marks the settings that apply. The mark of a secret takes a COOKIE_SECRET to make, and each guess at a
 * COOKIE_SECRET some 50 ms of a core: a password of a few letters cannot be found by its mark.
 * @param settings all that apply
 * @param env the environment, such as `process.env`
 */
export async function fingerprintOf(settings: Settings, env: Environment): Promise<Fingerprint> {
  const texts = textsOf(settings, env);
  const cookieSecrets = (texts['COOKIE_SECRET'] ?? '').split(',').map((secret) => secret.trim());
  const keys: Buffer[] = [];
  // oxlint-disable-next-line no-await-in-loop -- each takes 16 MB of memory
  for (const secret of cookieSecrets)
    keys.push(await derive(secret, 'portico settings', keyLength));
  const print: Fingerprint = { settings: {}, secrets: {} };
  for (const [name, text] of Object.entries(texts)) {
    const { isSecret, mayDiffer } = settings[name] ?? {};
    if (mayDiffer) continue;
    if (!isSecret) print.settings[name] = plainMark(name, text);
    // Which secrets they are shows in their keys: the order and the number of them may differ for a while.
    else if (name === 'COOKIE_SECRET') print.secrets[name] = keys.map((key) => mark(key, name, ''));
    else print.secrets[name] = keys.map((key) => mark(key, name, text));
  }
  return print;
}

function plainMark(name: string, text: string): string {
  return createHash('sha256').update(`${name}=${text}`).digest('hex').slice(0, markDigits);
}

function mark(key: Buffer, name: string, text: string): string {
  return createHmac('sha256', key).update(`${name}=${text}`).digest('hex').slice(0, markDigits);
}

/** One mark for all of them, the secrets left out. */
export function markOfAll({ settings }: Fingerprint): string {
  return plainMark('all', JSON.stringify(settings));
}
