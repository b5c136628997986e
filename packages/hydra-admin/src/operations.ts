import { readHealth, readVersion } from './server-answers.ts';
import type { Feature } from './features.ts';
import type { Answer, Method } from './send.ts';

/** An operation of the admin API. */
export interface Operation<T> {
  /** For error messages and `observe`. */
  name: string;
  method: Method;
  /** Without the prefix of the server's version. */
  path: string;
  /** The query parameter of the challenge. */
  parameter?: string;
  /** True if no version puts the prefix before its path. */
  isAtRoot?: true;
  /** The only status of success. */
  status: 200 | 201 | 204;
  /** @throws MalformedAnswer */
  read(answer: Answer, challenge: string): T;
  /** Set if some versions lack the whole operation. */
  needs?: Feature;
  /** True if the answer may have megabytes. */
  isLong?: true;
}

type RequestName = 'login' | 'consent' | 'logout' | 'device';
type ReadText<T> = (body: string, challenge: string) => T;

export function getOperation<T>(request: RequestName, read: ReadText<T>): Operation<T> {
  const name = `${request}.get`;
  return { ...about(request), name, method: 'GET', status: 200, read: textOf(read) };
}

export function putOperation<T>(
  request: RequestName,
  verb: 'accept' | 'reject',
  success: Pick<Operation<T>, 'status' | 'read'>,
): Operation<T> {
  const { path, parameter } = about(request);
  const name = `${request}.${verb}`;
  return { name, method: 'PUT', path: `${path}/${verb}`, parameter, ...success };
}

export function healthOperation(name: 'alive' | 'ready'): Operation<boolean> {
  return atRoot(`server.${name}`, `/health/${name}`, readHealth);
}

export const versionOperation = atRoot('server.version', '/version', readVersion);

export const metricsOperation: Operation<string> = {
  name: 'server.metrics',
  method: 'GET',
  path: '/metrics/prometheus',
  status: 200,
  isLong: true,
  read: textOf((body) => body),
};

/** Adapts a function that reads only the body. */
export function textOf<T>(read: ReadText<T>): Operation<T>['read'] {
  return ({ body }, challenge) => read(body, challenge);
}

/** The success of operations that answer with nothing. */
export const noContent = { status: 204, read() {} } as const;

function atRoot<T>(name: string, path: string, read: ReadText<T>): Operation<T> {
  return { name, method: 'GET', path, isAtRoot: true, status: 200, read: textOf(read) };
}

function about(request: RequestName) {
  return {
    path: `/oauth2/auth/requests/${request}`,
    parameter: `${request}_challenge`,
  };
}
