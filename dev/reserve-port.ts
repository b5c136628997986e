import { loopbackAddresses, openPort, type LoopbackPort } from '@portico/hydra-stand-in';

const mostSteps = 50;
const lastPort = 65_535;

/**
 * Opens this port of `localhost`, or the next one that is free. It stays open, so that the next
 * caller gets another one: close it right before the server starts.
 * @throws Error when this port and the next fifty are taken
 */
export async function reservePort(wanted: number): Promise<LoopbackPort> {
  for (let step = 0; ; step += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- try the next one only if this one is taken
      return await openPort(wanted + step, loopbackAddresses('localhost'));
    } catch (error) {
      const isLast = step === mostSteps || wanted + step === lastPort;
      if (isLast || !isTaken(error)) throw error;
    }
  }
}

function isTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (cause as NodeJS.ErrnoException | undefined)?.code === 'EADDRINUSE';
}
