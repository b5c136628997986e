import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Connections = ReturnType<typeof createConnections>;

/**
 * The open connections of a server, and what each of them is being answered.
 * @param mostKept while more are open, each answer is the last one on its connection. So nobody is
 *   refused, and those that wait for nothing, at 16 kB each, do not become more and more
 */
export function createConnections(mostKept: number) {
  /** The newest response that has not ended: between two requests there is none. */
  const open = new Map<Socket, ServerResponse | undefined>();
  let areLast = false;

  function add(socket: Socket): void {
    open.set(socket, undefined);
    socket.once('close', () => open.delete(socket));
  }

  function serve(res: ServerResponse): void {
    const { socket } = res.req;
    open.set(socket, res);
    if (areLast || open.size > mostKept) makeLast(res);
    res.once('close', () => {
      // A connection may wait for long: what was asked and answered must not wait with it.
      if (open.get(socket) === res) open.set(socket, undefined);
    });
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

function makeLast(res: ServerResponse): void {
  if (!res.headersSent) res.shouldKeepAlive = false; // Node writes `Connection: close` then
}
