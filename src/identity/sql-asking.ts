import { DatabaseError, isAway } from '@portico/database';
import { IdentityError } from './backend.ts';

/**
 * Asks the database.
 * @throws IdentityError `down` when it does not answer: whatever the reason is, it is not the person's
 */
export async function asking<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof IdentityError) throw error;
    throw new IdentityError('down', sayOf(error));
  }
}

/**
 * Asks the database while we start.
 * @param what is not done, as the beginning of a sentence
 * @throws IdentityError `down` when it is away; DatabaseError when somebody has to change something
 */
export async function askingAtStart<T>(what: string, question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (cause) {
    if (isAway(cause)) throw new IdentityError('down', sayOf(cause));
    if (cause instanceof Error && 'faults' in cause) throw cause;
    throw new DatabaseError(`${what}: ${(cause as Error).message}`, { isAway: false, cause });
  }
}

/** For the log. What the database says can quote what people typed, except about its own objects. */
export function sayOf(error: unknown): string {
  const { code = 'none', message = '' } = error as { code?: string; message?: string };
  if (isAway(error)) return `the database cannot be asked: ${message}`;
  const isAboutObjects = /^(42|0A|25)/.test(code);
  return `the database refuses a question: ${isAboutObjects ? `${message} (${code})` : code}`;
}

/** Whether a database can be asked for this text: it has no character that no text there can have. */
export function isAskable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text);
}
