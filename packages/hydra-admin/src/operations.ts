import { readHealth, readVersion } from './server-answers.ts';
import type { Feature } from './features.ts';
import type { Answer, Method } from './send.ts';

/** What is known of an operation before it is called. */
export interface Operation<T> {
  /** For messages and `observe`. */
  name: string;
  method: Method;
  /** Below the prefix of the server's version. */
  path: string;
  /** Query parameter of the challenge. */
  parameter?: string;
  /** Stands without the prefix in every version. */
  isAtRoot?: true;
  /** The one status of success. */
  status: 200 | 201 | 204;
  /** @throws MalformedAnswer */
  read(answer: Answer, challenge: string): T;
  /** Some versions lack the whole operation. */
  needs?: Feature;
  /** May fill megabytes. */
  isLong?: true;
}

/** What can be asked for, and what can be answered to. */
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

/** Hands the body alone to what reads no headers. */
export function textOf<T>(read: ReadText<T>): Operation<T>['read'] {
  return ({ body }, challenge) => read(body, challenge);
}

/** The answer of operations that say nothing. */
export const silence = { status: 204, read() {} } as const;

function atRoot<T>(name: string, path: string, read: ReadText<T>): Operation<T> {
  return { name, method: 'GET', path, isAtRoot: true, status: 200, read: textOf(read) };
}

function about(request: RequestName) {
  return {
    path: `/oauth2/auth/requests/${request}`,
    parameter: `${request}_challenge`,
  };
}
