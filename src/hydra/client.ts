import {
  readConsentRequest,
  readHealth,
  readLoginRequest,
  readLogoutRequest,
  readVersion,
} from './answers.ts';
import {
  acceptConsentBody,
  acceptLoginBody,
  emptyBody,
  rejectBody,
  userCodeBody,
} from './bodies.ts';
import type { HydraConfig, Observe } from './hydra-config.ts';
import { HydraError } from './hydra-error.ts';
import { readRedirect } from './redirect.ts';
import { createTransport, type Operation } from './transport.ts';
import type { Dialect } from './version.ts';

export type Hydra = ReturnType<typeof createHydra>;

/**
 * The client of an admin API, 1.x to 26.x. It asks nothing before its first call, so the server
 * need not be there yet.
 *
 * What asks or answers a request throws `HydraError`. An answer gives the address that the browser
 * must visit next: http(s), or relative when the server gave a relative one and `publicUrl` is not
 * known.
 * @param observe hears of each call when it is over
 */
export function createHydra(config: HydraConfig, observe?: Observe) {
  const publicUrl = config.publicUrl?.replace(/\/+$/, '');
  const { call, close } = createTransport({ ...config, publicUrl }, observe);

  function asking<T>(request: string, read: Operation<T>['read']) {
    const operation: Operation<T> = {
      ...operationOn(request),
      name: `${request}.get`,
      method: 'GET',
      read,
    };
    return (challenge: string): Promise<T> => call(operation, { challenge });
  }

  function answering<A, T = string>(
    request: string,
    verb: 'accept' | 'reject',
    bodyOf: (answer: A, dialect: Dialect) => object,
    success: Pick<Operation<T>, 'status' | 'read'>,
  ) {
    const { path, parameter } = operationOn(request);
    const operation: Operation<T> = {
      name: `${request}.${verb}`,
      method: 'PUT',
      path: `${path}/${verb}`,
      parameter,
      ...success,
    };
    return (challenge: string, answer: A): Promise<T> =>
      call(operation, { challenge, body: (dialect) => bodyOf(answer, dialect) });
  }

  const redirect = { status: 200, read: (body: string) => readRedirect(body, publicUrl) } as const;
  const acceptUserCode = answering('device', 'accept', userCodeBody, redirect);

  const isUp = (name: 'alive' | 'ready') => {
    const operation: Operation<boolean> = {
      name: `server.${name}`,
      method: 'GET',
      path: `/health/${name}`,
      status: 200,
      read: readHealth,
    };
    return (timeoutMs = 1_000): Promise<boolean> =>
      call(operation, { timeoutMs }).catch(falseIfHydraError);
  };

  return {
    login: {
      get: asking('login', readLoginRequest),
      accept: answering('login', 'accept', acceptLoginBody, redirect),
      reject: answering('login', 'reject', rejectBody, redirect),
    },
    consent: {
      get: asking('consent', readConsentRequest),
      accept: answering('consent', 'accept', acceptConsentBody, redirect),
      reject: answering('consent', 'reject', rejectBody, redirect),
    },
    logout: {
      get: asking('logout', readLogoutRequest),
      accept: answering<void>('logout', 'accept', emptyBody, redirect),
      /** Leads nowhere: the app says where the browser goes. */
      reject: answering<void, void>('logout', 'reject', emptyBody, { status: 204, read() {} }),
    },
    device: {
      /** Since 25.4. `undefined` for a code that is unknown, used or expired. */
      async accept(challenge: string, userCode: string): Promise<string | undefined> {
        return acceptUserCode(challenge, userCode).catch(undefinedIfBadRequest);
      },
    },
    server: {
      /** As the server tells it: `v26.2.0`, or `master` for a build of one's own. */
      version: (): Promise<string> => call(version),
      /** Does the process answer? Never throws a `HydraError`. */
      alive: isUp('alive'),
      /** Can it do its work? Never throws a `HydraError`. */
      ready: isUp('ready'),
    },
    close,
  };
}

const version: Operation<string> = {
  name: 'server.version',
  method: 'GET',
  path: '/version',
  status: 200,
  read: readVersion,
};

function operationOn(request: string) {
  return {
    path: `/oauth2/auth/requests/${request}`,
    parameter: `${request}_challenge`,
    status: 200,
  } as const;
}

function falseIfHydraError(error: unknown): false {
  if (error instanceof HydraError) return false;
  throw error;
}

function undefinedIfBadRequest(error: unknown): undefined {
  if (error instanceof HydraError && error.kind === 'bad_request') return undefined;
  throw error;
}
