import { HydraError } from '@portico/hydra-admin';

/**
 * Waits for the OAuth2 server to take an answer. When 1.x reports a conflict, because the challenge
 * has an answer already, the request is fetched again: that tells where the first answer led.
 * @param get fetches the request of the challenge
 * @throws HydraError `gone` with the address that leads on, or else the conflict itself
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
