import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a PostgreSQL that counts what is asked on it. */
export interface CountedWay {
  /** The same address, by this way. */
  address: string;
  /** Statements since the start. */
  statements(): number;
  close(): Promise<void>;
}

/** A statement is a simple query, or an execution of a prepared one. */
const asks = new Set(['Q', 'E'].map((letter) => letter.charCodeAt(0)));

export async function countedWay(to: string): Promise<CountedWay> {
  const target = new URL(to);
  const sockets = new Set<Socket>();
  let count = 0;
  const server = createServer((near) => {
    const far = connect(Number(target.port || 5432), target.hostname);
    const read = messageReader((type) => (count += asks.has(type) ? 1 : 0));
    near.on('data', (bytes: Buffer) => {
      read(bytes);
      far.write(bytes);
    });
    far.pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = new URL(to);
  address.hostname = '127.0.0.1';
  address.port = String((server.address() as AddressInfo).port);
  return {
    address: address.href,
    statements: () => count,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads the messages of a client: the first one has no type ("Message Formats" of PostgreSQL's manual). */
function messageReader(onMessage: (type: number) => void): (bytes: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let isFirst = true;
  return (bytes) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const head = isFirst ? 0 : 1;
      if (rest.length < head + 4) return;
      const length = head + rest.readInt32BE(head);
      if (rest.length < length) return;
      if (!isFirst) onMessage(rest[0]!);
      isFirst = false;
      rest = rest.subarray(length);
    }
  };
}
