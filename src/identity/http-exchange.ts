import http from 'node:http';
import https from 'node:https';
import { IdentityError } from './backend.ts';
import type { Connection } from './http-connection.ts';

export interface Question {
  method: 'GET' | 'POST';
  /** Begins with a slash. */
  path: string;
  body?: string;
  /** Beside those of the connection. */
  headers?: Readonly<Record<string, string>> | undefined;
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  text: string;
}

/** In bytes. */
const longestAnswer = 64 * 1024;

/**
 * Asks once and follows nothing. Node's own requests: its `fetch` knows no certificates of clients,
 * and the one door of got is the client of the admin API.
 * @returns any whole answer, whatever its status
 * @throws IdentityError `down` when there is none in time, or one that is too long. Neither message
 *   nor cause hold anything that was sent or answered
 */
export async function exchange(
  connection: Connection,
  question: Question,
  timeoutMs: number,
): Promise<Answer> {
  try {
    return await ask(connection, question, timeoutMs);
  } catch (error) {
    const { code = 'closed' } = error as NodeJS.ErrnoException;
    const message = `the API for people cannot be asked: ${code}`;
    throw new IdentityError('down', message, { code, isStale: error instanceof StaleSocket });
  }
}

/** Whether an idle connection broke under a question, which therefore may not have arrived. */
export function isStale(error: unknown): boolean {
  if (!(error instanceof IdentityError)) return false;
  return (error.cause as { isStale?: boolean } | undefined)?.isStale === true;
}

class StaleSocket extends Error {
  readonly code = 'stale connection';
}

const fault = (code: string) => Object.assign(new Error(code), { code });

function ask(
  { url, agent, headers }: Connection,
  { method, path, body, headers: own }: Question,
  timeoutMs: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const begin = url.startsWith('https:') ? https.request : http.request;
    const request = begin(url + path, {
      method,
      agent,
      headers: {
        ...own,
        ...headers,
        Accept: 'application/json',
        ...(body !== undefined && describe(body)),
      },
    });
    // Counts the wait for a free connection, too.
    const timer = setTimeout(() => giveUp(fault('no answer in time')), timeoutMs);

    function giveUp(error: Error): void {
      clearTimeout(timer);
      reject(error);
      request.destroy();
    }

    let hasBegun = false;
    request.on('response', (response) => {
      hasBegun = true;
      const chunks: Buffer[] = [];
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > longestAnswer) giveUp(fault('an answer of more than 64 kB'));
      });
      response.on('error', giveUp);
      response.on('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers: found } = response;
        resolve({ status, headers: found, text: Buffer.concat(chunks).toString() });
      });
    });
    request.on('error', (error: Error) =>
      giveUp(request.reusedSocket && !hasBegun ? new StaleSocket() : error),
    );
    // After a 101, for example, there is neither an answer nor an error.
    request.on('close', () => giveUp(fault('closed without an answer')));
    request.end(body);
  });
}

function describe(body: string) {
  return { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
}
