import { createCurrentDialect } from './current-dialect.ts';
import { createExchange, type ExchangeRequest } from './exchange.ts';
import { faultOf, hydraErrorOf, isRouteUnknown } from './faults.ts';
import { features, type Feature } from './features.ts';
import type { FullConfig, HydraCall, Observe, Warn } from './hydra-config.ts';
import { HydraError } from './hydra-error.ts';
import type { Operation } from './operations.ts';
import { queryString, type Query } from './query-string.ts';
import { SendError, type Answer } from './send.ts';
import { detectDialect, isSentToPrefix, type Detection, type Dialect } from './version.ts';

/** The part of a call that its operation does not fix. */
export interface CallOptions {
  /** Replaces the path of the operation if it contains ids. */
  path?: string;
  challenge?: string;
  query?: Query | ((dialect: Dialect) => Query);
  /** Sent as JSON. */
  body?: (dialect: Dialect) => object;
  /** Sent instead of JSON. */
  form?: Query;
  /** What the server needs for this call, besides what the operation always needs. */
  needs?: Feature[];
  /** Kept out of errors, as the challenge is. */
  secrets?: string[];
  timeoutMs?: number | undefined;
}

/** Wait 20 ms longer than the call, so that a detection it started can finish. */
const graceMs = 20;

export type Call = <T>(operation: Operation<T>, options?: CallOptions) => Promise<T>;

/** Makes calls: detects the server's version, sends, and turns every fault into a `HydraError`. */
export function createTransport(config: FullConfig, observe?: Observe, warn?: Warn) {
  const { exchange, tokens, close } = createExchange(config, warn);
  const { around } = config;
  const dialects = createCurrentDialect(config.version, detect);

  /** @throws HydraError unless the call succeeds */
  function call<T>(operation: Operation<T>, options: CallOptions = {}): Promise<T> {
    return watch(operation, async (seen) => {
      const { challenge = '', secrets = [], timeoutMs = config.timeoutMs } = options;
      const answer = await ask(operation, options, performance.now() + timeoutMs);
      seen.status = answer.status;
      if (answer.status === operation.status) return operation.read(answer, challenge);
      const unspoken = [challenge, ...tokens(), ...secrets].filter(Boolean);
      throw faultOf(operation.name, answer, { publicUrl: config.publicUrl, secrets: unspoken });
    });
  }

  async function ask<T>(
    operation: Operation<T>,
    options: CallOptions,
    end: number,
  ): Promise<Answer> {
    if (operation.isAtRoot) return exchange({ method: 'GET', path: operation.path, end });
    const { needs: needed = [] } = options;
    const needs = operation.needs ? [operation.needs, ...needed] : needed;
    const lackOf = ({ has }: Dialect) => needs.find((one) => has[one] === false);
    const askIn = (dialect: Dialect) =>
      exchange({ end, ...requestOf(operation, options, dialect) });

    const known = dialects.get();
    const dialect = known ?? (await before(end, dialects.find()));
    const isFinal = dialects.isFixed || known === undefined;
    const answer = lackOf(dialect) ? undefined : await askIn(dialect);
    if (answer && (isFinal || !isWrongPrefix(answer, dialect))) return answer;
    // The server may have been upgraded. A missing operation did nothing, so even a PUT can be
    // repeated.
    const again = () => before(end, dialects.findAgain(dialect, operation.name));
    const other = isFinal ? dialect : await again();
    if (answer && other.prefix === dialect.prefix) return answer;
    const lack = lackOf(other);
    if (lack) throw new HydraError('unsupported', `${operation.name}: ${features[lack].where}`);
    return askIn(other);
  }

  function detect(): Promise<Detection> {
    return watch({ name: 'server.detect', method: 'GET', path: '' }, async (seen) => {
      const end = performance.now() + config.timeoutMs;
      return detectDialect(async (path) => {
        const answer = await exchange({ method: 'GET', path, end }).catch(undefinedIfMalformed);
        seen.status = answer?.status;
        return answer;
      });
    });
  }

  /** Turns what is thrown into a `HydraError`, and reports the outcome. */
  async function watch<T>(
    { name, method, path }: Pick<Operation<T>, 'name' | 'method' | 'path'>,
    work: (seen: Pick<HydraCall, 'status'>) => Promise<T>,
  ): Promise<T> {
    const start = performance.now();
    const seen: HydraCall = { method, operation: name, status: undefined, kind: undefined, ms: 0 };
    const judged = async () => {
      try {
        return await work(seen);
      } catch (error) {
        const fault = hydraErrorOf({ name, method }, error, seen.status);
        if (fault instanceof HydraError) seen.kind = fault.kind;
        throw fault;
      }
    };
    try {
      return await (around ? around({ operation: name, method, path }, seen, judged) : judged());
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

/** A malformed answer tells no version, but the detection can go on. */
function undefinedIfMalformed(error: unknown): undefined {
  const hasAnswered =
    error instanceof SendError && error.fault !== 'broken' && error.fault !== 'slow';
  if (!hasAnswered) throw error;
}

function requestOf<T>(
  { method, path: usual, parameter, isLong }: Operation<T>,
  { path = usual, challenge = '', query, body, form }: CallOptions,
  dialect: Dialect,
): Omit<ExchangeRequest, 'end'> {
  const asked = parameter === undefined ? query : { [parameter]: challenge };
  const text = queryString(typeof asked === 'function' ? asked(dialect) : asked);
  return {
    method,
    path: `${dialect.prefix}${path}${text && `?${text}`}`,
    ...(body && { body: JSON.stringify(body(dialect)) }),
    ...(form && { body: queryString(form), isForm: true }),
    ...(isLong && { isLong }),
  };
}

/** Waits for shared work, but not longer than this call may last. */
function before<T>(end: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(new SendError('slow'));
    const timer = setTimeout(giveUp, Math.max(0, end - performance.now()) + graceMs);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
