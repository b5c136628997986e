import { readConsentRequest, readLoginRequest, readLogoutRequest } from './request-answers.ts';
import * as bodies from './bodies.ts';
import { clientOperations } from './clients.ts';
import { fullConfig, type HydraConfig, type Observe, type Warn } from './hydra-config.ts';
import { HydraError } from './hydra-error.ts';
import { keyOperations } from './keys.ts';
import {
  getOperation,
  healthOperation,
  metricsOperation,
  putOperation,
  noContent,
  versionOperation,
  type Operation,
} from './operations.ts';
import { readRedirect } from './redirect.ts';
import type { Answer } from './send.ts';
import { consentSessionOperations, loginSessionOperations } from './sessions.ts';
import { tokenOperations } from './tokens.ts';
import { createTransport } from './transport.ts';
import type { Dialect } from './version.ts';

export type Hydra = ReturnType<typeof createHydra>;

/**
 * Creates a client of an admin API, 1.x to 26.x. It sends nothing before its first call, so the
 * server may start later.
 *
 * All operations throw `HydraError` unless they say otherwise. `accept` and `reject` return the
 * address that the browser must visit next: http(s), or relative if the server's was relative and
 * `publicUrl` is not given.
 * @param observe gets each call when it is over
 * @param warn gets a sentence when the file of the token or of the certificates turns bad: what it
 *   held before stays in use. `process.emitWarning` when not given
 * @throws Error if one of these files, or a certificate, is bad from the start
 */
export function createHydra(config: HydraConfig, observe?: Observe, warn?: Warn) {
  const full = fullConfig(config);
  const { publicUrl } = full;
  const { call, close } = createTransport(full, observe, warn);

  const asking =
    <T>(operation: Operation<T>) =>
    (challenge: string): Promise<T> =>
      call(operation, { challenge });

  const answering =
    <A, T>(operation: Operation<T>, bodyOf: (answer: A, dialect: Dialect) => object) =>
    (challenge: string, answer: A): Promise<T> =>
      call(operation, { challenge, body: (dialect) => bodyOf(answer, dialect) });

  const redirect = {
    status: 200,
    read: ({ body }: Answer) => readRedirect(body, publicUrl),
  } as const;
  const acceptUserCode = answering(putOperation('device', 'accept', redirect), bodies.userCode);

  const isUp = (operation: Operation<boolean>) => {
    return (timeoutMs = 1_000): Promise<boolean> =>
      call(operation, { timeoutMs }).catch(falseIfHydraError);
  };

  return {
    login: {
      get: asking(getOperation('login', readLoginRequest)),
      accept: answering(putOperation('login', 'accept', redirect), bodies.acceptLogin),
      reject: answering(putOperation('login', 'reject', redirect), bodies.reject),
    },
    consent: {
      get: asking(getOperation('consent', readConsentRequest)),
      accept: answering(putOperation('consent', 'accept', redirect), bodies.acceptConsent),
      reject: answering(putOperation('consent', 'reject', redirect), bodies.reject),
    },
    logout: {
      get: asking(getOperation('logout', readLogoutRequest)),
      accept: answering<void, string>(putOperation('logout', 'accept', redirect), bodies.empty),
      /** Returns no address: the app decides where the browser goes. */
      reject: answering<void, void>(putOperation('logout', 'reject', noContent), bodies.empty),
    },
    device: {
      /** Since 25.4. Returns `undefined` if the code is unknown, used or expired. */
      async accept(challenge: string, userCode: string): Promise<string | undefined> {
        return acceptUserCode(challenge, userCode).catch(undefinedIfBadRequest);
      },
    },
    consentSessions: consentSessionOperations(call),
    loginSessions: loginSessionOperations(call),
    clients: clientOperations(call),
    keys: keyOperations(call),
    tokens: tokenOperations(call),
    server: {
      /** As the server reports it: `v26.2.0`, or `master` if somebody built it from source. */
      version: (): Promise<string> => call(versionOperation),
      /** Whether the process answers. Never throws a `HydraError`. */
      alive: isUp(healthOperation('alive')),
      /** Whether it can do its work, the database included. Never throws a `HydraError`. */
      ready: isUp(healthOperation('ready')),
      /** In the text format of Prometheus. */
      metrics: (): Promise<string> => call(metricsOperation),
    },
    close,
  };
}

function falseIfHydraError(error: unknown): false {
  if (error instanceof HydraError) return false;
  throw error;
}

function undefinedIfBadRequest(error: unknown): undefined {
  if (error instanceof HydraError && error.kind === 'bad_request') return undefined;
  throw error;
}
