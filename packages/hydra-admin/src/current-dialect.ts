import { isDeepStrictEqual } from 'node:util';
import { dialectOf, type Detection, type Dialect } from './version.ts';

/** After a detection that found nothing new, an operation is not worth another one so soon. */
const detectAgainMs = 30_000;

/**
 * Remembers how to talk to the server.
 * @param version the configured version; the server is never asked for it then
 * @param detect asks the server
 */
export function createCurrentDialect(
  version: string | undefined,
  detect: () => Promise<Detection>,
) {
  const fixed = version === undefined ? undefined : dialectOf(version);
  let known = fixed;
  let detection: Promise<Dialect> | undefined;
  /** Operations that the server lacks, each with the time of the next detection for its sake. */
  const missing = new Map<string, number>();

  /** Calls at the same time share one detection. Only a certain result is remembered. */
  function find(): Promise<Dialect> {
    detection ??= detect()
      .then(({ dialect, isCertain }) => {
        if (isCertain) known = dialect;
        return dialect;
      })
      .finally(() => {
        detection = undefined;
      });
    return detection;
  }

  /** For an operation that the server lacks: it may have been upgraded, or a gateway hides it. */
  async function findAgain(stale: Dialect, operation: string): Promise<Dialect> {
    if (performance.now() < (missing.get(operation) ?? 0)) return known ?? stale;
    if (known === stale) known = undefined;
    const found = known ?? (await find());
    if (isDeepStrictEqual(found, stale)) {
      missing.set(operation, performance.now() + detectAgainMs);
    }
    return found;
  }

  return {
    isFixed: fixed !== undefined,
    /** `undefined` until something was detected. */
    get: () => known,
    find,
    findAgain,
  };
}
