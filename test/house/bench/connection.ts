import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { AnswerReader, type Answer } from './answer-reader.ts';

export interface BenchRequest {
  method: 'GET' | 'POST';
  /** Path and query. */
  path: string;
  /** Names and values, in pairs of a line each. */
  headers: string;
  body?: string;
}

/** A connection that is kept, and carries one request at a time. */
export interface Connection {
  /** @throws when the connection breaks or what comes is no answer */
  send(request: BenchRequest): Promise<Answer>;
  close(): void;
}

const patienceMs = 15_000;

/** Opens a connection to the server of this address. */
export async function openConnection({ hostname, port, host }: URL): Promise<Connection> {
  const socket: Socket = connect({ host: hostname, port: Number(port || 80), noDelay: true });
  await once(socket, 'connect');
  const reader = new AnswerReader();
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  let fault: Error | undefined;

  const fail = (error: Error) => {
    fault ??= error;
    waiting?.reject(error);
    waiting = undefined;
  };
  socket.on('error', ({ message }) => fail(new Error(`${host}: ${message}`)));
  socket.on('close', () => fail(new Error(`${host} closed the connection.`)));
  socket.setTimeout(patienceMs, () => socket.destroy(new Error('said nothing for 15 seconds')));
  socket.on('data', (bytes: Buffer) => {
    try {
      const answer = reader.add(bytes);
      if (!answer || !waiting) return;
      const { resolve } = waiting;
      waiting = undefined;
      resolve(answer);
    } catch (error) {
      fail(error as Error);
    }
  });

  function send({ method, path, headers, body }: BenchRequest): Promise<Answer> {
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}`;
    const content = body === undefined ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    return new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      if (fault) fail(fault);
      else socket.write(`${head}${content}\r\n${body ?? ''}`);
    });
  }

  return { send, close: () => void socket.destroy() };
}
