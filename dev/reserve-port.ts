import { loopbackAddresses, openPort, type LoopbackPort } from '@portico/hydra-stand-in';

const mostSteps = 50;

/**
 * The wanted port of `localhost`, or the next one that is free. It stays open, so that the next
 * caller gets another, until it is closed for the server that it is meant for.
 * @throws Error when none of the next fifty is free either
 */
export async function reservePort(wanted: number): Promise<LoopbackPort> {
  for (let step = 0; ; step += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- only when one is taken the next is tried
      return await openPort(wanted + step, loopbackAddresses('localhost'));
    } catch (error) {
      if (step === mostSteps || !isTaken(error)) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
}
