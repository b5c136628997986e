import { HydraError } from '@portico/hydra-admin';

/**
 * Waits for an answer. When the server has another one already, as 1.x says, it is asked where that
 * one led.
 * @param get fetches the challenge again
 * @throws HydraError `gone` with the address that leads on, else the conflict itself
 */
export async function orWhereItLed(
  answer: Promise<string>,
  get: () => Promise<unknown>,
): Promise<string> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof HydraError && error.kind === 'conflict') await get();
    throw error;
  }
}
