import { readHealth, readVersion } from './answers.ts';

/** What is known of an operation before it is called. */
export interface Operation<T> {
  /** For messages and `observe`. */
  name: string;
  method: 'GET' | 'PUT';
  /** Below the prefix of the server's version. */
  path: string;
  /** Query parameter of the challenge. Without one, the path stands at the root in every version. */
  parameter?: string;
  /** The one status of success. */
  status: 200 | 204;
  /** @throws Misshapen */
  read(body: string, challenge: string): T;
}

/** What can be asked for, and what can be answered to. */
type RequestName = 'login' | 'consent' | 'logout' | 'device';

export function getOperation<T>(request: RequestName, read: Operation<T>['read']): Operation<T> {
  return { ...about(request), name: `${request}.get`, method: 'GET', status: 200, read };
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
  const path = `/health/${name}`;
  return { name: `server.${name}`, method: 'GET', path, status: 200, read: readHealth };
}

export const versionOperation: Operation<string> = {
  name: 'server.version',
  method: 'GET',
  path: '/version',
  status: 200,
  read: readVersion,
};

function about(request: RequestName) {
  return {
    path: `/oauth2/auth/requests/${request}`,
    parameter: `${request}_challenge`,
  };
}
