import { isConflict } from './errors.ts';

const mostTries = 4;

/**
 * Runs a transaction, and again when another one was in its way (40001, 40P01): the usual case in
 * databases that take each transaction for serializable, and where two take the same rows.
 */
export async function tryAgain<T>(transaction: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      return await transaction();
    } catch (error) {
      if (tries === mostTries || !isConflict(error)) throw error;
    }
  }
}
