import { createExchange } from './exchange.ts';
import { faultOf, hydraErrorOf, isRouteUnknown } from './faults.ts';
import type { HydraCall, HydraConfig, Observe } from './hydra-config.ts';
import { HydraError } from './hydra-error.ts';
import type { Operation } from './operations.ts';
import { SendError, type Answer } from './send.ts';
import { detectDialect, dialectOf, isSentToPrefix, type Dialect } from './version.ts';

interface CallOptions {
  challenge?: string;
  /** What a PUT says. */
  body?: (dialect: Dialect) => object;
  timeoutMs?: number;
}

/** The server's version, errors and their translation, over exchanges. */
export function createTransport(config: HydraConfig, observe?: Observe) {
  const { exchange, close } = createExchange(config);
  const fixed = config.version === undefined ? undefined : dialectOf(config.version);
  let known = fixed;
  let detection: Promise<Dialect> | undefined;

  /** @throws HydraError for anything but success */
  function call<T>(operation: Operation<T>, options: CallOptions = {}): Promise<T> {
    return watch(operation, async (seen) => {
      const { challenge = '', timeoutMs = config.timeoutMs } = options;
      const answer = await ask(operation, options, performance.now() + timeoutMs);
      seen.status = answer.status;
      if (answer.status === operation.status) return operation.read(answer.body, challenge);
      const secrets = [challenge, config.token ?? ''].filter(Boolean);
      throw faultOf(operation.name, answer, { publicUrl: config.publicUrl, secrets });
    });
  }

  async function ask<T>(
    { method, path, parameter }: Operation<T>,
    { challenge = '', body }: CallOptions,
    end: number,
  ): Promise<Answer> {
    if (parameter === undefined) return exchange({ method, path, end });
    const query = `${parameter}=${encodeURIComponent(challenge.toWellFormed())}`;
    const askIn = (dialect: Dialect) => {
      const request = { method, path: `${dialect.prefix}${path}?${query}`, end };
      return exchange(body ? { ...request, body: JSON.stringify(body(dialect)) } : request);
    };
    const remembered = known;
    const dialect = remembered ?? (await detect());
    const answer = await askIn(dialect);
    if (fixed || !remembered || !isWrongPrefix(answer, dialect)) return answer;
    // Another version may have moved in. A missing operation did nothing, so even a PUT may follow.
    const other = await detectAnew(dialect);
    return other.prefix === dialect.prefix ? answer : askIn(other);
  }

  /** One detection for all who wait for it. Nothing is remembered unless something was certain. */
  function detect(): Promise<Dialect> {
    detection ??= watch({ name: 'server.detect', method: 'GET' }, async (seen) => {
      const end = performance.now() + config.timeoutMs;
      const { dialect, isCertain } = await detectDialect(async (path) => {
        const answer = await exchange({ method: 'GET', path, end }).catch(nothingIfNonsense);
        seen.status = answer?.status;
        return answer;
      });
      if (isCertain) known = dialect;
      return dialect;
    }).finally(() => {
      detection = undefined;
    });
    return detection;
  }

  async function detectAnew(stale: Dialect): Promise<Dialect> {
    if (known === stale) known = undefined;
    return known ?? detect();
  }

  /** Translates what is thrown, and reports how it went. */
  async function watch<T>(
    { name, method }: Pick<Operation<T>, 'name' | 'method'>,
    work: (seen: Pick<HydraCall, 'status'>) => Promise<T>,
  ): Promise<T> {
    const start = performance.now();
    const seen: HydraCall = { method, operation: name, status: undefined, kind: undefined, ms: 0 };
    try {
      return await work(seen);
    } catch (error) {
      const fault = hydraErrorOf(name, error, seen.status);
      if (fault instanceof HydraError) seen.kind = fault.kind;
      throw fault;
    } finally {
      seen.ms = performance.now() - start;
      observe?.(seen);
    }
  }

  return { call, close };
}

function isWrongPrefix(answer: Answer, { prefix }: Dialect): boolean {
  return isRouteUnknown(answer) || (prefix === '' && isSentToPrefix(answer));
}

/** An answer that cannot be read tells no version, but something is there to be asked further. */
function nothingIfNonsense(error: unknown): undefined {
  const isThere = error instanceof SendError && error.fault !== 'broken' && error.fault !== 'slow';
  if (!isThere) throw error;
}
