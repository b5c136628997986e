import { request } from 'node:http';
import { dirname } from 'node:path';
import { Failure, misuse } from '@portico/command-line';
import { controlSocketSetting, isOursAlone, usualControlSocket } from '../limits/control-path.ts';

type Environment = Record<string, string | undefined>;

const usualPort = '3000';

/** The path of the socket of the running Portico with these settings; `undefined` if it has none. */
export function controlSocketIn(env: Environment): string | undefined {
  const set = env[controlSocketSetting]?.trim();
  if (set === 'off') return undefined;
  return set || usualControlSocket(Number(env['PORT']?.trim() || usualPort));
}

/**
 * Sends a command to the running Portico.
 * @param env has the path of its socket
 * @returns what it answers
 * @throws Failure that says what is wrong
 */
export async function control<T>(env: Environment, command: string, body?: object): Promise<T> {
  const socketPath = controlSocketIn(env);
  if (!socketPath) {
    throw misuse(
      `There is no socket to ask: set ${controlSocketSetting} to the same path for Portico and for this command.`,
    );
  }
  const isUsual = !env[controlSocketSetting]?.trim();
  if (isUsual && !(await isOursAlone(dirname(socketPath)).catch(() => true))) {
    throw new Failure(
      `${dirname(socketPath)} belongs to somebody else, or others may open it: set ${controlSocketSetting}.`,
    );
  }
  const [method, path] = command.split(' ') as [string, string];
  const text = await send({ socketPath, method, path }, body).catch((error: unknown) => {
    const { code } = error as NodeJS.ErrnoException;
    throw new Failure(
      code === 'EACCES'
        ? `You may not open the socket ${socketPath}: run this command as the user of Portico.`
        : `No Portico listens at ${socketPath}: check PORT and ${controlSocketSetting}, and that it runs.`,
    );
  });
  return JSON.parse(text) as T;
}

function send(
  target: { socketPath: string; method: string; path: string },
  body: object | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ ...target, agent: false }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      res.on('end', () =>
        res.statusCode === 200 ? resolve(text) : reject(new Error(`status ${res.statusCode}`)),
      );
      res.on('error', reject);
    });
    call.on('error', reject);
    call.end(body && JSON.stringify(body));
  });
}
