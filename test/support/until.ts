import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so. @throws when that takes too long */
export async function until(isSo: () => unknown, patienceMs = 20_000): Promise<void> {
  const end = Date.now() + patienceMs;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`Not so after ${patienceMs / 1000} s`);
    await sleep(10);
  }
}
