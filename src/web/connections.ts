import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests that came before the answer to the one before them. Browsers and proxies send none so. */
const mostAtOnce = 16;

export type Connections = ReturnType<typeof createConnections>;

/**
 * The open connections of a server, and what each of them is being answered.
 * @param mostKept while more are open, each answer is the last one on its connection. So nobody is
 *   refused, and those that wait for nothing, at 16 kB each, do not become more and more
 */
export function createConnections(mostKept: number) {
  /** The newest response that has not ended: between two requests there is none. */
  const open = new Map<Socket, ServerResponse | undefined>();
  /** How many have not ended. */
  const underWay = new WeakMap<Socket, number>();
  /** Those that end with the answer that is under way. */
  const ending = new WeakSet<Socket>();
  let areLast = false;

  function add(socket: Socket): void {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  }

  /**
   * @returns whether to answer it: not after the last answer of its connection. One packet may hold a
   *   thousand requests, which would all be worked at together: the sixteenth answer is the last one then
   *   (RFC 9112, section 9.3.2: whoever sent more may send them again)
   */
  function serve(res: ServerResponse): boolean {
    const { socket } = res.req;
    if (ending.has(socket)) return false;
    const count = (underWay.get(socket) ?? 0) + 1;
    underWay.set(socket, count);
    open.set(socket, res);
    if (areLast || open.size > mostKept || count === mostAtOnce) makeLast(res);
    res.once('close', () => {
      underWay.set(socket, underWay.get(socket)! - 1);
      // A connection may wait for long: what was asked and answered must not wait with it.
      if (open.get(socket) === res) open.set(socket, undefined);
    });
    return true;
  }

  function makeLast(res: ServerResponse): void {
    if (res.headersSent) return;
    res.shouldKeepAlive = false; // Node writes `Connection: close` then
    ending.add(res.req.socket);
  }

  return {
    add,
    serve,
    count: (): number => open.size,

    /** The response that has not ended on this connection. */
    responseOn: (socket: Socket): ServerResponse | undefined => open.get(socket),

    /** From now on each answer is the last one on its connection, and says so. */
    endAfterAnswers(): void {
      areLast = true;
      for (const res of open.values()) if (res) makeLast(res);
    },

    /** Cuts connections on which nothing has come yet: `closeIdleConnections` takes them for busy. */
    cutSilent(): void {
      for (const socket of open.keys()) if (socket.bytesRead === 0) socket.destroy();
    },
  };
}
