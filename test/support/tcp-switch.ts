/** A way to a server that can be cut, and can swallow all that is sent. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export type TcpSwitch = Awaited<ReturnType<typeof startTcpSwitch>>;

/** @param to an address such as `postgres://user@host:5432/name` */
export async function startTcpSwitch(to: string) {
  const target = new URL(to);
  const sockets = new Set<Socket>();
  let isHanging = false;

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect(Number(target.port || 5432), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on('end', () => void (isHanging || near.end()));
    near.on('data', (chunk) => void (isHanging || far.write(chunk)));
    far.on('data', (chunk) => void (isHanging || near.write(chunk)));
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const address = new URL(to);
  address.hostname = '127.0.0.1';
  address.port = String(port);

  async function cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  }

  return {
    /** The same address, by this way. */
    address: address.href,
    /** Ends all connections, and refuses others. */
    cut,
    /** Nothing gets through any more, in either direction. */
    hang(): void {
      isHanging = true;
    },
    async mend(): Promise<void> {
      isHanging = false;
      if (!server.listening) await listen(port);
    },
    async close(): Promise<void> {
      if (server.listening) await cut();
    },
  };
}
