import { isAway } from '@portico/database';
import { StateError } from './state-error.ts';

/** @throws StateError when the database cannot be asked; any other error as it is */
export async function askDatabase<T>(query: Promise<T>): Promise<T> {
  try {
    return await query;
  } catch (error) {
    if (!isAway(error)) throw error;
    const reason = error instanceof Error ? error.message : 'it gave no reason';
    throw new StateError(`the database cannot be asked: ${reason}`, error);
  }
}
